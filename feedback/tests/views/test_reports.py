from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.actions import tasks
from crm.models import User
from feedback.models import Response, Survey
from feedback.tests.factories import (
    make_channel,
    make_contact,
    make_conversation,
    make_response,
    make_survey,
    make_user,
)

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def manager(db: None) -> Client:
    return signed_in(make_user("manager"))


def answers(*scores: int, days_ago: float = 1, **fields: object) -> list[Response]:
    at, survey = timezone.now() - timedelta(days=days_ago), fields.pop("survey", None) or make_survey()
    return [make_response(score, at=at, survey=survey, **fields) for score in scores]  # type: ignore[arg-type]


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/reports/nps/{query}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", ["agent", "sales"])
@pytest.mark.parametrize("path", ["/reports/", "/reports/nps/"])
def test_reports_are_for_managers(role: str, path: str) -> None:
    assert signed_in(make_user(role)).get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_report_shows_score_interval_and_n(manager: Client) -> None:
    answers(*[9] * 8, 7, 3)
    html = page(manager)
    assert '<div class="stat-value">70</div>' in html.replace("\n", "")
    assert "95% interval 15 to 93 · n 10" in html
    assert "Too few answers to rely on." in html


def test_report_before_the_first_survey_teaches(manager: Client) -> None:
    html = page(manager)
    assert "Nobody has been asked yet" in html
    assert "/admin/feedback/survey/" in html


def test_report_of_an_empty_period_offers_a_longer_one(manager: Client) -> None:
    make_survey()
    assert 'href="?period=365"' in page(manager)


def test_report_hides_a_score_of_fewer_than_five(manager: Client) -> None:
    answers(9, 9, 9, 9)
    html = page(manager)
    assert "Fewer than five answers" in html
    assert 'class="stat-value"' not in html


def test_report_says_when_a_change_is_more_than_chance(manager: Client) -> None:
    answers(*[9] * 40, days_ago=5)
    answers(*[2] * 40, days_ago=40)
    assert "more than chance explains." in page(manager, "?period=30")


def test_report_filters_stand_in_the_address(manager: Client) -> None:
    conversation = make_conversation(make_channel())
    answers(9, 9, 9, 9, 9, conversation=conversation, language="es", comment="Genial")
    answers(1, 1, 1, 1, 1, comment="Awful")
    html = page(manager, f"?inbox={conversation.inbox_id}&language=es")
    assert "n 5" in html
    assert "Genial" in html
    assert "Awful" not in html


def test_report_with_nonsense_in_the_address_shows_the_usual_one(manager: Client) -> None:
    answers(*[9] * 6)
    assert "n 6" in page(manager, "?period=never&survey=x&inbox=999999&language=xx&step=eon&cursor=zzz&band=evil")


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        ("2026-02-01", "2026-01-01", "The last day lies before the first one."),
        ("2026-01-01", "9999-12-31", "Ensure this value is less than or equal to 2100-01-01."),
    ],
)
def test_report_names_what_is_wrong_with_own_dates(manager: Client, since: str, until: str, sentence: str) -> None:
    answers(*[9] * 6)
    html = page(manager, f"?period=own&since={since}&until={until}")
    assert sentence in html
    assert "n 6" in html


def test_band_leads_to_the_words_behind_it(manager: Client) -> None:
    answers(9, 9, 9, comment="Lovely")
    answers(2, 2, comment="Broken leg")
    html = page(manager, "?band=detractor")
    assert "Broken leg" in html
    assert "Lovely" not in html


def test_band_swaps_the_list_alone_when_htmx_asks(manager: Client) -> None:
    answers(9, 9, 9, comment="Lovely")
    response = manager.get("/reports/nps/?band=promoter", headers={"HX-Request": "true", "HX-Target": "answers"})
    html = response.content.decode()
    assert html.strip().startswith('<section id="answers"')
    assert "Lovely" in html


@pytest.mark.parametrize(
    ("language", "one", "two"), [("en", "1 answer", "2 answers"), ("es", "1 respuesta", "2 respuestas")]
)
def test_words_are_counted_in_singular_and_plural(db: None, language: str, one: str, two: str) -> None:
    manager = signed_in(make_user("manager", language=language))
    answers(9, 9, 9, comment="Lovely legs")
    answers(1, comment="A broken leg")
    assert f'<span class="pager-count">{one}</span>' in page(manager, "?q=broken")
    answers(1, comment="Broken again")
    assert f'<span class="pager-count">{two}</span>' in page(manager, "?q=broken")


def test_words_can_be_searched_and_are_escaped(manager: Client) -> None:
    answers(9, 9, 9, 9, 9)
    answers(3, comment="The <b>leg</b> broke")
    answers(10, comment="Fine legroom")
    html = page(manager, "?q=leg%3C/b%3E")
    assert "The &lt;b&gt;leg&lt;/b&gt; broke" in html
    assert "Fine legroom" not in html


def test_silent_answers_show_on_request(manager: Client) -> None:
    answers(*[9] * 5)
    assert 'id="response-' not in page(manager)
    assert page(manager, "?silent=1").count('id="response-') == 5


def test_answers_link_to_person_conversation_and_call_back(manager: Client) -> None:
    conversation = make_conversation(make_channel())
    response = answers(2, conversation=conversation, contact=conversation.contact, comment="Late")[0]
    response.follow_up = tasks.plan(
        contact=conversation.contact, owner=None, title="Call back", due_on=timezone.localdate(), by=None
    )
    response.save()
    html = page(manager)
    assert f'href="/contacts/{conversation.contact_id}/"' in html
    assert f'href="/inbox/{conversation.pk}/"' in html
    assert "To be called back by" in html


def test_an_erased_customer_leaves_the_score_without_a_name(manager: Client) -> None:
    response = answers(*[9] * 5, comment="Bye")[0]
    contact = response.invitation.contact
    assert contact is not None
    contact.delete()
    html = page(manager)
    assert "Somebody who was erased" in html
    assert "n 5" in html


def test_list_asks_the_database_equally_often_for_one_and_three_answers(manager: Client) -> None:
    numbers = []
    manager.get("/reports/nps/")
    for count in (1, 2):
        for _ in range(count):
            answers(9, contact=make_contact(first_name="Ana"), comment="Nice")
        with CaptureQueriesContext(connection) as queries:
            manager.get("/reports/nps/", headers={"HX-Target": "answers"})
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_index_shows_the_figure_with_its_shape(manager: Client) -> None:
    answers(*[9] * 6, days_ago=20)
    answers(*[9] * 6, days_ago=3)
    html = manager.get("/reports/").content.decode()
    assert "n 12" in html
    assert 'href="/reports/nps/"' in html


def test_index_without_answers_leads_to_the_report(manager: Client) -> None:
    html = manager.get("/reports/").content.decode()
    assert "Fewer than five answers in this period" in html
    assert 'href="/reports/nps/"' in html


def test_report_in_spanish() -> None:
    answers(*[9] * 6)
    html = page(signed_in(make_user("manager", language="es")))
    assert '<html lang="es"' in html


def test_survey_that_comes_with_the_product_is_installed_paused_and_started_by_a_person(manager: Client) -> None:
    assert "Start with Relationship NPS" in page(manager)
    manager.post("/reports/nps/survey/")
    assert Survey.objects.count() == 0
    manager.post("/reports/nps/survey/", {"company": "Casa Lumbre"})
    survey = Survey.objects.get()
    assert (survey.status, survey.brand_name) == ("paused", "Casa Lumbre")
    assert "Start asking" in page(manager)
    manager.post("/reports/nps/survey/", {"start": "x"})
    manager.post("/reports/nps/survey/", {"start": str(survey.pk)})
    assert Survey.objects.get().status == "active"
    assert "Start asking" not in page(manager)

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from crm.models import Consent
from feedback.models import Invitation, Response
from feedback.tests.factories import make_contact, make_invitation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    cache.clear()


@pytest.fixture
def customer() -> Client:
    return Client(enforce_csrf_checks=True)


def post(customer: Client, path: str, **data: str) -> tuple[int, str]:
    """As a browser does: the page first, for its CSRF token. Returns status and where it leads."""
    page = customer.get(path.rpartition("/")[0] if path.count("/") > 2 else path)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert token is not None
    answer = customer.post(path, {**data, "csrfmiddlewaretoken": token[1]})
    return answer.status_code, answer.headers.get("Location", "")


def checked(html: str) -> list[str]:
    return re.findall(r'value="(\d+)" required checked', html)


def test_opening_the_link_preselects_the_score_and_records_nothing_that_counts(customer: Client) -> None:
    _invitation, token = make_invitation()
    page = customer.get(f"/s/{token}?score=9")
    assert page.status_code == 200
    assert checked(page.content.decode()) == ["9"]
    assert "Confirm my answer" in page.content.decode()
    assert Response.objects.get().state == "provisional"


def test_what_it_says_of_the_chosen_number_stays_true_when_another_one_is_chosen(customer: Client) -> None:
    _invitation, token = make_invitation()
    html = customer.get(f"/s/{token}?score=4").content.decode()
    assert "Your number counts once you confirm it; until then you can choose another one." in html
    assert re.findall(r">[^<]*\b4\b[^<]*<", html) == [">4<"]


def test_link_opened_again_says_that_the_number_given_counts(customer: Client) -> None:
    _invitation, token = make_invitation()
    post(customer, f"/s/{token}", score="3")

    html = customer.get(f"/s/{token}?score=9").content.decode()

    assert "Your 3 counts so far; the new number takes its place once you confirm it." in html
    assert "Your number counts once you confirm it" not in html


def test_opening_the_link_without_a_score_asks_the_question(customer: Client) -> None:
    _invitation, token = make_invitation()
    html = customer.get(f"/s/{token}").content.decode()
    assert checked(html) == []
    assert len(re.findall(r'type="radio" name="score"', html)) == 11
    assert Response.objects.count() == 0


@pytest.mark.parametrize("score", ["11", "-1", "abc", "９", "9" * 400, "<script>"])
def test_a_score_in_the_link_that_is_none_is_ignored(customer: Client, score: str) -> None:
    _invitation, token = make_invitation()
    page = customer.get(f"/s/{token}", {"score": score})
    assert (page.status_code, checked(page.content.decode())) == (200, [])
    assert Response.objects.count() == 0


def test_a_scanner_that_opens_all_links_cannot_vote(customer: Client) -> None:
    _invitation, token = make_invitation()
    for score in range(11):
        customer.get(f"/s/{token}?score={score}")
    response = Response.objects.get()
    assert (response.state, response.submitted_at) == ("suspected_bot", None)
    assert Response.objects.confirmed().count() == 0


def test_a_scanner_that_asks_for_heads_cannot_vote(customer: Client) -> None:
    _invitation, token = make_invitation()
    assert customer.head(f"/s/{token}?score=9").status_code == 200
    assert Response.objects.get().state == "suspected_bot"


def test_a_scanner_that_follows_the_hidden_link_is_known(customer: Client) -> None:
    _invitation, token = make_invitation()
    html = customer.get(f"/s/{token}").content.decode()
    hidden = re.search(
        rf'<a class="sr-only" aria-hidden="true" tabindex="-1" rel="nofollow" href="(/s/{token}/\w+)"', html
    )
    assert hidden is not None
    assert customer.get(hidden[1]).status_code == 404
    assert Response.objects.get().state == "suspected_bot"


def test_a_program_that_fills_in_every_field_cannot_vote(customer: Client) -> None:
    _invitation, token = make_invitation()
    post(customer, f"/s/{token}", score="10", website="https://spam.example")
    assert Response.objects.get().state == "suspected_bot"


def test_a_post_without_the_page_before_is_refused(customer: Client) -> None:
    _invitation, token = make_invitation()
    assert customer.post(f"/s/{token}", {"score": "9"}).status_code == 403
    assert Response.objects.count() == 0


def test_confirming_counts_and_leads_back_to_the_page(customer: Client) -> None:
    _invitation, token = make_invitation()
    assert post(customer, f"/s/{token}", score="9") == (303, f"/s/{token}")
    response = Response.objects.get()
    assert (response.state, response.score, response.language) == ("confirmed", 9, "en")
    html = customer.get(f"/s/{token}").content.decode()
    assert '<strong class="survey-chosen">9</strong>' in html
    assert "What is the main reason for your score?" in html


def test_confirming_nothing_asks_for_a_number(customer: Client) -> None:
    _invitation, token = make_invitation()
    page = customer.get(f"/s/{token}")
    csrf = page.cookies["hilo-csrf"].value
    for data, sentence in (({}, "Please choose a number."), ({"score": "12"}, "Please choose a number from 0 to 10.")):
        answer = customer.post(f"/s/{token}", data, headers={"X-CSRFToken": csrf})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert Response.objects.count() == 0


def test_words_are_added_and_shown_safely(customer: Client) -> None:
    _invitation, token = make_invitation()
    post(customer, f"/s/{token}", score="9")
    assert post(customer, f"/s/{token}/comment", comment="<b>Muy</b> bien </textarea><script>") == (303, f"/s/{token}")
    assert Response.objects.get().comment == "<b>Muy</b> bien </textarea><script>"
    html = customer.get(f"/s/{token}").content.decode()
    assert "&lt;b&gt;Muy&lt;/b&gt; bien &lt;/textarea&gt;&lt;script&gt;" in html
    assert "We have your words." in html


def test_following_another_button_later_offers_the_change_without_making_it(customer: Client) -> None:
    _invitation, token = make_invitation()
    post(customer, f"/s/{token}", score="9")
    html = customer.get(f"/s/{token}?score=4").content.decode()
    assert checked(html) == ["4"]
    assert Response.objects.get().score == 9
    post(customer, f"/s/{token}", score="4")
    assert Response.objects.get().score == 4


def test_an_answer_can_be_taken_back(customer: Client) -> None:
    _invitation, token = make_invitation()
    post(customer, f"/s/{token}", score="9")
    assert post(customer, f"/s/{token}/withdrawal") == (303, f"/s/{token}")
    assert Response.objects.confirmed().count() == 0
    assert checked(customer.get(f"/s/{token}").content.decode()) == []


def test_after_three_days_an_answer_is_shown_and_stays(customer: Client) -> None:
    _invitation, token = make_invitation()
    post(customer, f"/s/{token}", score="9")
    csrf = customer.cookies["hilo-csrf"].value
    Response.objects.update(submitted_at=timezone.now() - timedelta(days=3, minutes=1))
    html = customer.get(f"/s/{token}").content.decode()
    assert "The days to change this answer are over." in html
    for path, data in (("", {"score": "1"}), ("/comment", {"comment": "late"}), ("/withdrawal", {})):
        assert customer.post(f"/s/{token}{path}", data, headers={"X-CSRFToken": csrf}).status_code == 409
    assert (Response.objects.get().score, Response.objects.get().comment) == (9, "")


def test_every_failure_is_the_same_page(customer: Client) -> None:
    _old, expired = make_invitation(asked_at=timezone.now() - timedelta(days=31))
    held = Invitation.objects.create(survey=_old.survey, cause_key="held", suppressed="unreachable")
    pages = [customer.get(f"/s/{token}") for token in (expired, "a" * 22, "nonsense", str(held.pk), "é")]
    assert {page.status_code for page in pages} == {404}
    assert len({re.sub(r'nonce="[^"]+"', "", page.content.decode()) for page in pages}) == 1
    assert "This link does not work any more" in pages[0].content.decode()
    assert Response.objects.count() == 0


@pytest.mark.parametrize(
    ("contact_language", "address", "accepts", "spoken"),
    [
        ("es", "", "en", "es"),
        ("", "", "es-MX,es;q=0.9", "es"),
        ("", "?lang=es", "en", "es"),
        ("es", "?lang=en", "es", "en"),
        ("fr", "", "fr", "en"),
    ],
)
def test_page_speaks_the_language_of_the_customer(
    customer: Client, contact_language: str, address: str, accepts: str, spoken: str
) -> None:
    _invitation, token = make_invitation(contact=make_contact(language=contact_language))
    page = customer.get(f"/s/{token}{address}", headers={"Accept-Language": accepts})
    html = page.content.decode()
    assert f'<html lang="{spoken}"' in html
    assert page["Content-Language"] == spoken
    question = {"es": "¿Qué probabilidad hay", "en": "How likely are you"}[spoken]
    assert question in html


def test_the_language_chosen_on_the_page_stays_after_answering(customer: Client) -> None:
    _invitation, token = make_invitation()
    assert post(customer, f"/s/{token}", score="9", lang="es") == (303, f"/s/{token}?lang=es")
    assert Response.objects.get().language == "es"


def test_a_customer_can_ask_to_be_left_alone_and_change_their_mind(customer: Client) -> None:
    invitation, token = make_invitation()
    assert post(customer, f"/s/{token}/refusal") == (303, f"/s/{token}")
    assert Consent.objects.refused(invitation.contact_id or 0, channel="email", purpose="surveys")
    assert "We will not ask you again." in customer.get(f"/s/{token}").content.decode()
    post(customer, f"/s/{token}/refusal", again="1")
    assert not Consent.objects.refused(invitation.contact_id or 0, channel="email", purpose="surveys")


def test_pages_are_kept_by_no_cache_and_no_search_engine(customer: Client) -> None:
    _invitation, token = make_invitation()
    page = customer.get(f"/s/{token}")
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex, nofollow"


def test_a_page_carries_no_inline_script_or_style(customer: Client) -> None:
    _invitation, token = make_invitation()
    html = customer.get(f"/s/{token}?score=3").content.decode()
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", html) == []


def test_too_many_requests_from_one_address_are_slowed_down(customer: Client) -> None:
    statuses = [customer.get(f"/s/{'a' * 22}").status_code for _ in range(61)]
    assert statuses == [404] * 60 + [429]
    assert customer.get("/s/x").headers["Retry-After"] == "60"
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.get(f"/s/{'a' * 22}").status_code == 404


def test_a_test_says_so(customer: Client) -> None:
    _invitation, token = make_invitation(is_test=True)
    assert "Test: this answer will not count" in customer.get(f"/s/{token}").content.decode()


@pytest.mark.parametrize("path", ["comment", "withdrawal", "refusal"])
def test_changes_need_a_post(customer: Client, path: str) -> None:
    _invitation, token = make_invitation()
    assert customer.get(f"/s/{token}/{path}").status_code == 405

"""Pages for managers: lists with a fixed number of queries, publishing, pausing, and who may."""

from typing import Any

import pytest
from django.test import Client

from journeys.actions import journeys
from journeys.engine import moving
from journeys.models import Enrolment, Handover, Journey
from journeys.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make.user("manager", language="en"))
    return client


def _queries(client: Client, url: str, capture: Any) -> int:
    client.get(url)
    with capture as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_list_says_how_many_are_under_way_and_costs_the_same_for_one_and_three(
    manager: Client, django_assert_num_queries: Any
) -> None:
    make.channel()
    make.live(make.graph(make.start(), make.wait(), make.end()), name="Thanks")
    make.happens(make.contact())
    page = manager.get("/journeys/")
    assert "Thanks" in page.content.decode()
    assert page.context["journeys"][0]["totals"].active == 1

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    one = _queries(manager, "/journeys/", CaptureQueriesContext(connection))
    for name in ("Second", "Third"):
        make.live(name=name)
    assert _queries(manager, "/journeys/", CaptureQueriesContext(connection)) == one


def test_empty_list_teaches(manager: Client) -> None:
    assert "No journeys yet" in manager.get("/journeys/").content.decode()


def test_page_shows_the_outline_the_people_and_the_versions(manager: Client) -> None:
    journey = make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact(first_name="Ana", last_name="Ruiz"))
    page = manager.get(f"/journeys/{journey.pk}/").content.decode()

    assert all(text in page for text in ("When something happens", "Order Completed", "1 day", "1 here", "Ana Ruiz"))
    assert "Version 1" in page


def test_people_can_be_looked_at_by_state_in_a_fixed_number_of_queries(manager: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    journey = make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact())
    url = f"/journeys/{journey.pk}/?state=active"
    one = _queries(manager, url, CaptureQueriesContext(connection))
    for _ in range(2):
        make.happens(make.contact())

    assert _queries(manager, url, CaptureQueriesContext(connection)) == one
    assert manager.get(f"/journeys/{journey.pk}/?state=failed").context["people"] == []


def test_pages_of_people_keep_the_state_that_was_asked_for(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journeys.views.journeys.PAGE", 1)
    journey = make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact()), make.happens(make.contact())

    url = f"/journeys/{journey.pk}/?state=active"
    part = manager.get(url, headers={"HX-Request": "true", "HX-Target": "journey-people"}).content.decode()

    assert part.count("<tr id=") == 1
    assert f"/journeys/{journey.pk}/?state=active&amp;cursor=" in part
    assert "<html" not in part


def test_draft_is_published_by_its_number(manager: Client) -> None:
    version = make.draft()
    answer = manager.post(f"/journeys/{version.journey_id}/publication/", {"version": "1"}, follow=True)

    assert Journey.objects.get().live_version == version
    assert "Published. People enter this version from now on." in answer.content.decode()
    assert manager.post(f"/journeys/{version.journey_id}/publication/", {"version": "7"}).status_code == 404


def test_publishing_asks_what_becomes_of_the_people_under_way(manager: Client) -> None:
    journey = make.live(make.graph(make.start(), make.wait(), make.end()))
    for _ in range(2):
        make.happens(make.contact())
    other = make.graph(make.start(), make.wait("pause"), make.end())
    version = journeys.add_version(journey, graph=other, by=None)
    url = f"/journeys/{journey.pk}/publication/"

    page = manager.get(f"{url}?version=2").content.decode()
    assert "2 people are under way on other versions" in page
    assert "not in the new version" in page
    manager.post(url, {"version": "2", "way": "move", "target-wait": "pause"})
    handover = Handover.objects.get()
    assert (handover.version, handover.way, handover.targets) == (version, "move", {"wait": "pause"})
    moving.work_off()
    assert (
        "To version 2: 2 moved, 0 left, 0 finish on theirs" in manager.get(f"/journeys/{journey.pk}/").content.decode()
    )


def test_a_choice_that_is_none_is_refused(manager: Client) -> None:
    version = make.draft()
    answer = manager.post(f"/journeys/{version.journey_id}/publication/", {"version": "1", "way": "vanish"})
    assert answer.status_code == 200
    assert Journey.objects.get().status == "draft"


def test_what_cannot_be_published_says_why(manager: Client) -> None:
    version = make.draft(make.graph(make.start(), make.node("ask", "send_survey", survey=4711), make.end()))
    answer = manager.post(f"/journeys/{version.journey_id}/publication/", follow=True)

    assert "There is no survey 4711." in answer.content.decode()
    assert Journey.objects.get().status == "draft"
    empty = journeys.create(name="Empty", by=None)
    assert "no version to publish" in manager.post(f"/journeys/{empty.pk}/publication/", follow=True).content.decode()
    assert manager.get(f"/journeys/{empty.pk}/").status_code == 200


def test_pause_and_go_on(manager: Client) -> None:
    journey = make.live()
    manager.post(f"/journeys/{journey.pk}/pause/")
    assert Journey.objects.get().status == "paused"
    manager.post(f"/journeys/{journey.pk}/pause/", {"resume": "1"})
    assert Journey.objects.get().status == "live"
    manager.post(f"/journeys/{journey.pk}/pause/")
    manager.delete(f"/journeys/{journey.pk}/pause/")
    assert Journey.objects.get().status == "live"


@pytest.mark.parametrize("role", ["agent", "sales"])
def test_pages_are_for_managers(client: Client, role: str) -> None:
    journey = make.live()
    client.force_login(make.user(role))

    assert client.get("/journeys/").status_code == 403
    assert client.post(f"/journeys/{journey.pk}/pause/").status_code == 403
    assert Journey.objects.get().status == "live"


def test_log_says_where_somebody_is_and_why(manager: Client) -> None:
    make.live(
        make.graph(
            make.start(), make.wait(event="Paid"), make.end(), edges="start>wait wait:event>end wait:timeout>end"
        )
    )
    make.happens(make.contact(first_name="Ana"))
    page = manager.get(f"/enrolments/{Enrolment.objects.get().pk}/").content.decode()

    assert all(text in page for text in ("waits: Paid", "because of: Ordered", "Take out"))


def test_person_is_taken_out_from_the_page(manager: Client) -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact())
    pk = Enrolment.objects.get().pk
    page = manager.post(f"/enrolments/{pk}/", follow=True).content.decode()

    assert Enrolment.objects.get().state == "exited"
    assert "Nothing more is sent from it." in page


def test_failed_person_is_tried_again_from_the_page(manager: Client) -> None:
    make.channel()
    texts = {"en": {"subject": "Hi", "text": "{{ 10 | divided_by: event.pieces }}"}}
    make.live(make.graph(make.start(), make.node("mail", "send_message", texts=texts), make.end()))
    make.happens(make.contact(), pieces=0)
    pk = Enrolment.objects.get().pk
    assert "It failed again" in manager.post(f"/enrolments/{pk}/attempt/", follow=True).content.decode()

    Enrolment.objects.update(entry={"properties": {"pieces": 2}})
    assert "It worked this time." in manager.post(f"/enrolments/{pk}/attempt/", follow=True).content.decode()
    assert "nothing to try again" in manager.post(f"/enrolments/{pk}/attempt/", follow=True).content.decode()


def test_contact_page_shows_the_journeys_to_everybody_and_links_for_managers(client: Client) -> None:
    from django.test import RequestFactory

    from journeys import panels

    make.live(make.graph(make.start(), make.wait(event="Paid"), make.end(), edges=_WAYS), name="Thanks")
    ana = make.contact()
    make.happens(ana)
    request = RequestFactory().get("/")
    for role, links in (("manager", True), ("agent", False)):
        request.user = make.user(role)
        html = panels.journeys(request, ana)
        assert "Thanks" in html
        assert "Paid" in html
        assert ("/enrolments/" in html) is links
    assert panels.journeys(request, make.contact()).strip() == ""


_WAYS = "start>wait wait:event>end wait:timeout>end"


def test_figure_and_filter_have_one_word_for_a_state(manager: Client) -> None:
    journey = make.live(make.graph(make.start(), make.wait(), make.end()))
    page = manager.get(f"/journeys/{journey.pk}/").content.decode()
    assert "<dt>Stopped</dt>" in page
    assert ">stopped</a>" in page
    assert "failed</a>" not in page

"""A journey's page on screens: who may listen, and what a piece of news makes them do."""

import pytest
from django.test import Client

from crm.models import Event
from journeys.engine import timing
from journeys.models import Enrolment, Journey, Timer
from journeys.tests import factories as make
from kernel.realtime import News, Push, may_listen, render_news

HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


def waiting(*waits: str) -> Journey:
    return make.live(make.graph(make.start(), *map(make.wait, waits), make.end()))


def news(event: Event, *topics: str) -> News:
    return News(event.pk, event.name, event.contact_id, event.properties, frozenset(topics))


@pytest.mark.parametrize(("role", "may"), [("manager", True), ("admin", True), ("agent", False), ("sales", False)])
def test_only_who_may_see_the_journey_listens_and_is_told(role: str, may: bool) -> None:
    journey, user = waiting("wait"), make.user(role)
    make.happens(make.contact())
    topics = {f"journey:{journey.pk}", "journeys:all"}

    assert {topic for topic in topics if may_listen(user, topic)} == (topics if may else set())
    told = Event.objects.filter(name__startswith="journey.").order_by("id")
    assert [event.name for event in told] == ["journey.entered", "journey.moved"]
    for event in told:
        push = render_news(user, [news(event, *topics)], topics)
        assert push == Push(stale=frozenset(topics if may else ()))


@pytest.mark.parametrize("topic", ["journey", "journeys"])
@pytest.mark.parametrize("number", ["", "x", "0", "-1", "9" * 40, "1 or 1"])
def test_nobody_listens_to_what_is_no_journey(topic: str, number: str) -> None:
    assert may_listen(make.user("manager"), f"{topic}:{number}") is False


def test_moving_on_is_told_once_for_all_and_about_nobody() -> None:
    journey = waiting("a", "b")
    for _ in range(3):
        make.happens(make.contact())
    Event.objects.filter(name="journey.moved").delete()
    Timer.objects.update(due_at="2020-01-01T00:00Z")
    timing.advance_due()

    (told,) = Event.objects.filter(name="journey.moved")
    assert (told.contact_id, told.properties["journey_id"], told.properties["people"]) == (None, journey.pk, 3)


def test_figures_are_fetched_alone(client: Client) -> None:
    journey = waiting("wait")
    make.happens(make.contact())
    client.force_login(make.user("manager", language="en"))
    page = client.get(f"/journeys/{journey.pk}/").content.decode()
    part = client.get(
        f"/journeys/{journey.pk}/?version=1", headers=HTMX | {"HX-Target": "journey-now"}
    ).content.decode()

    assert f'data-live-topics="journey:{journey.pk}"' in page
    assert page.count("1 here") == 2  # in the picture and in the outline
    assert part.count("1 here") == 2
    assert "<html" not in part


def test_list_of_journeys_is_fetched_alone(client: Client) -> None:
    journey = waiting("wait")
    client.force_login(make.user("manager", language="en"))
    page = client.get("/journeys/").content.decode()
    part = client.get("/journeys/", headers=HTMX | {"HX-Target": "journeys"}).content.decode()

    assert 'data-live-topics="journeys:all" data-live-cursor="' in page
    assert f'<tr id="journey-{journey.pk}">' in part
    assert "<html" not in part


def test_enrolments_page_fetches_what_became_of_it_and_what_can_still_be_done(client: Client) -> None:
    journey = waiting("wait")
    make.happens(make.contact())
    enrolment = Enrolment.objects.get(journey=journey)
    client.force_login(make.user("manager", language="en"))
    address = f"/enrolments/{enrolment.pk}/"
    page = client.get(address).content.decode()
    part = client.get(address, headers=HTMX | {"HX-Target": "enrolment-now"}).content.decode()

    assert f'data-live-topics="journey:{journey.pk}" data-live-cursor="' in page
    assert "hx-swap-oob" not in page
    assert "<html" not in part
    assert 'id="enrolment-actions" hx-swap-oob="true"' in part
    assert "Take out" in part

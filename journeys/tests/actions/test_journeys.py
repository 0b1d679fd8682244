"""Drawing, publishing, pausing."""

import pytest

from journeys.actions import journeys
from journeys.actions.journeys import CannotMove, NothingToPublish
from journeys.graph import GraphError
from journeys.models import Journey, Version
from journeys.tests import factories as make

pytestmark = pytest.mark.django_db


def test_journey_gets_a_free_short_name() -> None:
    slugs = [journeys.create(name="Welcome!", by=None).slug for _ in range(3)]

    assert slugs == ["welcome", "welcome-2", "welcome-3"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [("¡Adiós, año!", "adios-ano"), ("漢字", "journey"), ("", "journey"), ("x" * 80, "x" * 50), ("A  --  b", "a-b")],
)
def test_short_name_is_made_of_plain_letters(name: str, slug: str) -> None:
    assert journeys.create(name=name, by=None).slug == slug


def test_free_short_name_fills_the_gap() -> None:
    for slug in ("welcome", "welcome-3", "welcome-back"):
        journeys.create(name="Other", slug=slug, by=None)

    assert [journeys.create(name="Welcome", by=None).slug for _ in range(2)] == ["welcome-2", "welcome-4"]


def test_versions_are_counted() -> None:
    journey = journeys.create(name="Welcome", by=None)
    graph = make.graph(make.start(), make.end())
    versions = [journeys.add_version(journey, graph=graph, by=None) for _ in range(2)]

    assert [version.number for version in versions] == [1, 2]
    assert journey.newest_version == versions[1]


def test_broken_graph_becomes_no_version() -> None:
    journey = journeys.create(name="Welcome", by=None)
    with pytest.raises(GraphError) as refused:
        journeys.add_version(journey, graph={"nodes": [], "edges": []}, by=None)

    assert refused.value.problems == ["The journey has no trigger: nobody would ever enter.", "The journey has no end."]
    assert Version.objects.count() == 0


def test_publishing_says_who_and_when_and_what_it_listens_to() -> None:
    boss = make.user("manager")
    version = make.draft()
    journey = journeys.publish(version, by=boss)

    assert (journey.status, journey.live_version) == ("live", version)
    assert version.published_by == boss
    assert version.published_at is not None
    assert version.listens == ["Order Completed"]


def test_publishing_what_refers_to_nothing_is_refused() -> None:
    version = make.draft(make.graph(make.start(), make.node("ask", "send_survey", survey=4711), make.end()))
    with pytest.raises(GraphError, match="ask: There is no survey 4711"):
        journeys.publish(version, by=None)

    assert Journey.objects.get().status == "draft"


@pytest.mark.parametrize(
    ("targets", "sentence"),
    [
        ({"wait": "nowhere"}, "The new version has no node “nowhere” to move people to."),
        ({"wait": "start"}, "Nobody can be moved to “start”: people enter there by an event."),
    ],
)
def test_place_where_nobody_can_be_is_refused_and_nothing_goes_live(targets: dict[str, str], sentence: str) -> None:
    version = make.draft()
    with pytest.raises(CannotMove) as refused:
        journeys.publish(version, by=None, way="move", targets=targets)

    assert str(refused.value) == sentence
    assert (Journey.objects.get().status, Version.objects.get().is_published) == ("draft", False)


def test_places_to_stay_leave_and_go_on_are_taken() -> None:
    targets = {"a": "", "b": "=", "c": "mail", "start": "start"}

    assert journeys.publish(make.draft(), by=None, way="move", targets=targets).is_live


def test_way_that_there_is_not_publishes_nothing() -> None:
    with pytest.raises(ValueError, match="vanish"):
        journeys.publish(make.draft(), by=None, way="vanish")

    assert not Version.objects.get().is_published


def test_publishing_brings_a_paused_journey_back_to_life() -> None:
    journey = journeys.pause(make.live())
    newer = journeys.add_version(journey, graph=make.graph(make.start(), make.end()), by=None)

    assert journeys.publish(newer, by=None).status == "live"


def test_older_version_can_be_published_again() -> None:
    journey = make.live()
    first = journey.live_version
    newer = journeys.add_version(journey, graph=make.graph(make.start(), make.end()), by=None)
    journeys.publish(newer, by=None)
    assert first is not None
    published = first.published_at

    assert journeys.publish(first, by=None).live_version == first
    first.refresh_from_db()
    assert first.published_at == published


def test_nothing_to_publish_is_said() -> None:
    with pytest.raises(NothingToPublish):
        journeys.publish_newest(journeys.create(name="Empty", by=None), by=None)


def test_pause_and_resume_turn_and_return() -> None:
    journey = make.live()

    assert journeys.pause(journey).status == "paused"
    assert journeys.resume(journey).status == "live"
    assert journeys.pause(make.draft().journey).status == "draft"

"""Numbers about journeys: who stands where, who went through, whom a publication would touch."""

from typing import Any

import pytest

from journeys import reporting
from journeys.actions import enrolments, journeys
from journeys.models import Enrolment, Journey
from journeys.outline import Count
from journeys.reporting import Stop, Totals
from journeys.tests import factories as make

pytestmark = pytest.mark.django_db
WAITING = make.graph(make.start(entry="each"), make.wait(), make.end())


def with_people(number: int, drawn: dict[str, Any] = WAITING) -> Journey:
    journey = make.live(drawn)
    for _ in range(number):
        make.happens(make.contact())
    return journey


def test_totals_are_by_state_and_zero_for_who_has_nobody(django_assert_num_queries: Any) -> None:
    busy, empty = with_people(4), make.live(make.graph(make.start("Never"), make.end()))
    first, second, third, _rest = Enrolment.objects.order_by("id")
    make.time_is_up(first)
    enrolments.exit(second, by=None)
    Enrolment.objects.filter(pk=third.pk).update(state="failed")

    with django_assert_num_queries(1):
        found = reporting.totals([busy, empty])
    assert found == {busy.pk: Totals(active=1, completed=1, exited=1, failed=1), empty.pk: Totals()}
    assert (found[busy.pk].entered, found[empty.pk].entered) == (4, 0)


def test_nodes_count_who_stands_there_went_through_and_left() -> None:
    journey = with_people(4)
    first, second, third, _rest = Enrolment.objects.order_by("id")
    make.time_is_up(first)
    enrolments.exit(second, by=None)
    Enrolment.objects.filter(pk=third.pk).update(state="failed")

    assert journey.live_version is not None
    assert reporting.node_counts(journey.live_version) == {
        "start": Count(standing=0, passed=4, left=0),
        "wait": Count(standing=1, passed=1, left=2),
        "end": Count(standing=0, passed=1, left=0),
    }


def test_trying_again_is_no_passing_by() -> None:
    journey = with_people(1)
    Enrolment.objects.update(state="failed")
    enrolments.retry(make.only_enrolment(), by=None)

    assert journey.live_version is not None
    assert reporting.node_counts(journey.live_version)["wait"] == Count(standing=1, passed=0, left=0)


def test_each_version_has_counts_of_its_own() -> None:
    journey = with_people(2)
    newer = journeys.add_version(journey, graph=WAITING, by=None)
    journeys.publish(newer, by=None)
    make.happens(make.contact())

    assert journey.live_version is not None
    assert reporting.node_counts(journey.live_version)["wait"].standing == 2
    assert reporting.node_counts(newer)["wait"].standing == 1


def test_largest_group_is_touched_first_and_nobody_of_the_version_itself() -> None:
    two = make.graph(make.start(entry="each"), make.wait(), make.wait("later"), make.end())
    journey = with_people(3, two)
    for one in Enrolment.objects.order_by("id")[:2]:
        make.time_is_up(one)
    Enrolment.objects.filter(node="wait").update(state="failed")
    renamed = make.graph(make.start(entry="each"), {**make.wait("later"), "title": "Later on"}, make.end())
    newer = journeys.add_version(journey, graph=renamed, by=None)

    assert reporting.stops(newer) == [
        Stop("later", "Wait", 2, is_kept=True),
        Stop("wait", "Wait", 1, is_kept=False),
    ]
    assert journey.live_version is not None
    assert reporting.stops(journey.live_version) == []


def test_who_has_left_is_touched_by_nothing() -> None:
    journey = with_people(2)
    first, second = Enrolment.objects.order_by("id")
    make.time_is_up(first)
    enrolments.exit(second, by=None)

    assert reporting.stops(journeys.add_version(journey, graph=WAITING, by=None)) == []


def test_version_that_cannot_be_read_keeps_nobody() -> None:
    journey = with_people(1)
    newer = journeys.add_version(journey, graph=WAITING, by=None)
    newer.graph = {"nodes": [{"id": "wait", "type": "teleport"}], "edges": []}
    newer.save()

    assert reporting.graph_of(newer) is None
    assert reporting.stops(newer) == [Stop("wait", "Wait", 1, is_kept=False)]


def test_report_of_a_draft_has_no_nodes() -> None:
    report = reporting.report(make.draft().journey)

    assert report == {"entered": 0, "active": 0, "completed": 0, "exited": 0, "failed": 0, "nodes": []}

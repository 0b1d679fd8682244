"""Where somebody goes when another version goes live, and which work is still to be done."""

import pytest

from journeys.models import Handover, Journey
from journeys.tests import factories as make

NODES = {"start", "wait", "pause", "end"}


@pytest.mark.parametrize(
    ("way", "targets", "node", "target"),
    [
        ("move", {}, "wait", "wait"),
        ("move", {}, "gone", "="),
        ("move", {"gone": "pause"}, "gone", "pause"),
        ("move", {"gone": ""}, "gone", ""),
        ("move", {"gone": "="}, "gone", "="),
        ("move", {"wait": "pause"}, "wait", "pause"),
        ("move", {"wait": ""}, "wait", ""),
        ("move", {"wait": "="}, "wait", "="),
        ("move", {"gone": "nowhere"}, "gone", "="),
        ("move", {"other": "pause"}, "gone", "="),
        ("leave", {}, "wait", ""),
        ("leave", {"wait": "pause"}, "wait", ""),
    ],
)
def test_everybody_has_a_target_that_exists(way: str, targets: dict[str, str], node: str, target: str) -> None:
    assert Handover(way=way, targets=targets).target_of(node, NODES) == target


def test_version_that_cannot_be_read_takes_nobody() -> None:
    assert Handover(way="move", targets={"wait": "pause"}).target_of("wait", set()) == "="


@pytest.mark.django_db
def test_work_is_done_for_live_journeys_and_the_latest_of_each_is_shown() -> None:
    journey, other = make.live(), make.live()
    made = [
        Handover.objects.create(journey=each, version=each.live_version, way="move", due_at=due)  # type: ignore[misc]
        for each, due in ((journey, None), (journey, "2020-01-01T00:00Z"), (other, "2020-01-01T00:00Z"))
    ]
    Journey.objects.filter(pk=other.pk).update(status="paused")

    assert [row.is_finished for row in made] == [True, False, False]
    assert list(Handover.objects.unfinished().order_by("pk")) == made[1:]
    assert list(Handover.objects.workable()) == [made[1]]
    assert Handover.objects.latest_of(journey) == made[1]
    assert Handover.objects.latest_of(make.live()) is None

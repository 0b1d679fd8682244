"""Somebody under way: what they leave in the log, and what their facts come from."""

from typing import Any

import pytest

from crm.ledger import Recorded
from crm.ledger.publishing import MAX_DEPTH
from journeys.engine.traveller import Mark, Traveller
from journeys.people import Happening

ORDER, PAID = Happening(7, "Order Completed", depth=1), Happening(8, "Paid", depth=2)


def traveller(**fields: Any) -> Traveller:
    given: dict[str, Any] = {"entry": ORDER, "node": "wait", "visit": 3} | fields
    return Traveller(enrolment_id=1, journey_id=2, version_id=3, contact_id=4, **given)


def test_key_names_the_visit_so_that_another_one_sends_anew() -> None:
    going = traveller(leaving="event")
    before = going.key
    going.go("event", "wait")

    assert (before, going.key) == ("enrolment:1:wait:3", "enrolment:1:wait:4")


def test_going_on_marks_the_branch_and_arrives_with_nothing_left_behind() -> None:
    going = traveller(leaving="event", event=PAID)
    going.go("event", "mail", "Paid in full")

    assert going.log == [Mark("wait", 3, "event", "Paid in full", 8)]
    assert (going.node, going.visit, going.leaving, going.state) == ("mail", 4, None, "active")


@pytest.mark.parametrize(
    ("act", "outcome", "state"),
    [("complete", "end", "completed"), ("exit", "exited", "exited"), ("fail", "failed", "failed")],
)
def test_stopping_marks_where_and_why(act: str, outcome: str, state: str) -> None:
    stopping = traveller()
    getattr(stopping, act)("because")

    assert stopping.log == [Mark("wait", 3, outcome, "because", None)]
    assert (stopping.state, stopping.reason) == (state, "because")


@pytest.mark.parametrize("act", ["complete", "exit", "fail"])
def test_reasons_are_cut_to_what_their_columns_hold(act: str) -> None:
    stopping = traveller()
    getattr(stopping, act)("x" * 501)

    assert (len(stopping.reason), len(stopping.log[0].detail)) == (500, 500)


def test_moving_keeps_the_place_and_beginning_anew_does_not() -> None:
    staying, arriving = traveller(leaving="next"), traveller(leaving="next")
    staying.move(9, "1 → 2")
    arriving.begin_at("pause", 9, "1 → 2")

    assert (staying.version_id, staying.node, staying.visit, staying.leaving) == (9, "wait", 3, "next")
    assert (arriving.version_id, arriving.node, arriving.visit, arriving.leaving) == (9, "pause", 4, None)
    assert staying.log == arriving.log == [Mark("wait", 3, "moved", "1 → 2", None)]


@pytest.mark.parametrize(
    ("entry", "event", "cause"),
    [
        (ORDER, None, Recorded(7, 1)),
        (ORDER, PAID, Recorded(8, 2)),
        (ORDER, Happening(8, "Paid", depth=MAX_DEPTH - 1), Recorded(8, MAX_DEPTH - 1)),
        (ORDER, Happening(8, "Paid", depth=MAX_DEPTH), Recorded(7, 1)),
        (Happening(0, "Order Completed"), None, None),  # an entry of which nobody knows the event
        (Happening(0, "Order Completed"), PAID, Recorded(8, 2)),
    ],
)
def test_cause_is_the_latest_event_unless_its_chain_is_at_its_end(
    entry: Happening, event: Happening | None, cause: Recorded | None
) -> None:
    assert traveller(entry=entry, event=event).cause == cause

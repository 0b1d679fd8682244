"""Each recount of journeys finds the damage that it is there for, and names it."""

from importlib import import_module

import pytest

from journeys.models import Enrolment, Timer, Wait
from journeys.tests import factories as make
from kernel.consistency import recounts

import_module("journeys.consistency")  # as the command does
pytestmark = pytest.mark.django_db
EITHER = "start>wait wait:event>end wait:timeout>end"


def drifts(name: str) -> list[str]:
    return list(dict(recounts())[name]())


@pytest.fixture
def enrolment() -> Enrolment:
    """Somebody who waits for an event and for a time."""
    make.live(make.graph(make.start(), make.wait(event="Activated"), make.end(), edges=EITHER))
    make.happens(make.contact())
    assert drifts("enrolments and what they wait for") + drifts("places of enrolments") == []
    return make.only_enrolment()


def test_consistency_finds_somebody_who_waits_for_nothing(enrolment: Enrolment) -> None:
    Timer.objects.all().delete()
    assert drifts("enrolments and what they wait for") == []  # the event can still come
    Wait.objects.all().delete()
    assert drifts("enrolments and what they wait for") == [
        f"enrolment {enrolment.pk}: stands at wait and waits for nothing"
    ]


def test_consistency_finds_a_timer_and_a_wait_of_another_place(enrolment: Enrolment) -> None:
    Enrolment.objects.update(visit=9)
    assert drifts("enrolments and what they wait for") == [
        f"timer {Timer.objects.get().pk}: is not where its enrolment (active) stands",
        f"wait {Wait.objects.get().pk}: is not where its enrolment (active) stands",
    ]


def test_consistency_finds_a_timer_of_somebody_who_has_stopped(enrolment: Enrolment) -> None:
    Enrolment.objects.update(state="failed")
    Wait.objects.all().delete()
    assert drifts("enrolments and what they wait for") == [
        f"timer {Timer.objects.get().pk}: is not where its enrolment (failed) stands"
    ]


def test_consistency_finds_somebody_at_a_node_that_is_not_there(enrolment: Enrolment) -> None:
    Enrolment.objects.update(node="nowhere")
    assert drifts("places of enrolments") == [
        f"enrolment {enrolment.pk}: stands at nowhere, which its version does not have"
    ]

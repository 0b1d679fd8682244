"""What the database itself refuses."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from journeys.actions import journeys
from journeys.models import Enrolment, Journey, Version
from journeys.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("change", [{"graph": {}}, {"number": 9}, {"published_at": None}, {"listens": []}])
def test_published_version_never_changes(change: dict[str, object]) -> None:
    version = make.live().live_version
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Version.objects.filter(pk=version.pk if version else 0).update(**change)


def test_published_version_stays() -> None:
    version = make.live().live_version
    with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
        Version.objects.filter(pk=version.pk if version else 0)._raw_delete("default")


def test_draft_may_change_and_go() -> None:
    version = make.draft()
    Version.objects.filter(pk=version.pk).update(graph=make.graph(make.start(), make.end()))
    version.delete()

    assert Version.objects.count() == 0


def test_person_is_under_way_once_in_a_journey() -> None:
    enrolment = _enrolment()
    with pytest.raises(IntegrityError, match="enrolment_one_active"), transaction.atomic():
        _enrolment(journey=enrolment.journey, contact=enrolment.contact)
    assert _enrolment(journey=enrolment.journey, contact=enrolment.contact, key="event:2").pk


def test_once_in_a_lifetime_holds_for_those_who_have_left() -> None:
    enrolment = _enrolment(once=True)
    Enrolment.objects.update(state="completed", left_at="2026-01-01T00:00Z")
    with pytest.raises(IntegrityError, match="enrolment_once_only"), transaction.atomic():
        _enrolment(journey=enrolment.journey, contact=enrolment.contact, once=True)


def test_who_has_left_has_a_date() -> None:
    _enrolment()
    with pytest.raises(IntegrityError, match="enrolment_left_when_over"), transaction.atomic():
        Enrolment.objects.update(state="completed")


def test_live_journey_has_a_version() -> None:
    journey = journeys.create(name="Empty", by=None)
    with pytest.raises(IntegrityError, match="journey_live_has_version"), transaction.atomic():
        Journey.objects.filter(pk=journey.pk).update(status="live")


def test_managers_see_journeys_and_everybody_sees_those_of_their_customers() -> None:
    enrolment = _enrolment()
    boss, seller = make.user("manager"), make.user("sales")

    assert list(Journey.objects.visible_to(boss)) == [enrolment.journey]
    assert list(Journey.objects.visible_to(seller)) == []
    assert list(Enrolment.objects.visible_to(seller)) == [enrolment]
    enrolment.contact.owner = boss
    enrolment.contact.save()
    assert list(Enrolment.objects.visible_to(seller)) == []


def _enrolment(**fields: Any) -> Enrolment:
    journey: Any = fields.pop("journey", None) or make.live()
    contact = fields.pop("contact", None) or make.contact()
    return Enrolment.objects.create(
        journey=journey, version=journey.live_version, contact=contact, node="start", **fields
    )

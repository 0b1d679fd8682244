"""Counting entries into one journey."""

import pytest

from crm.models import Alias
from journeys.conditions.first_time.plugin import FirstTime
from journeys.models import Journey
from journeys.people import Happening, Person, Visit
from journeys.tests import factories as make


@pytest.mark.django_db
def test_entries_into_this_journey_are_counted_for_everybody_at_once() -> None:
    for name in ("One", "Other"):
        make.live(make.graph(make.start(entry="each"), make.end()), name=name)
    ana, ben = make.contact(), make.contact()
    for who in (ana, ana, ben):
        make.happens(who)

    assert FirstTime().gather(Journey.objects.get(name="One").pk, [ana.pk, ben.pk]) == {ana.pk: 2, ben.pk: 1}


@pytest.mark.django_db
def test_entries_of_merged_records_are_those_of_one_person() -> None:
    journey = make.live(make.graph(make.start(), make.end()))
    member, survivor = make.contact(), make.contact()
    for who in (member, survivor):
        make.happens(who)
    Alias.objects.create(member=member, survivor=survivor, rule="test")

    assert FirstTime().gather(journey.pk, [member.pk, survivor.pk]) == {member.pk: 2, survivor.pk: 2}


@pytest.mark.parametrize(("times", "first"), [({}, True), ({"first_time": 1}, True), ({"first_time": 2}, False)])
def test_first_time_is_the_first(times: dict[str, int], first: bool) -> None:
    visit = Visit(1, 1, Person(1), Happening(1, "x"), known=times)

    assert FirstTime().holds({}, visit) is first

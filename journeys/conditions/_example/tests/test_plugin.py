"""What this condition finds out and decides."""

from pathlib import Path

import pytest

from crm.models import Alias, Tag
from crm.tests import factories
from journeys.conditions.base import conditions
from journeys.people import Happening, Person, Visit

SLUG = Path(__file__).parent.parent.name


@pytest.mark.django_db
def test_tags_are_counted_for_everybody_at_once() -> None:
    kind = conditions.get(SLUG)
    tagged, plain = factories.contact(), factories.contact()
    tagged.tags.set([Tag.objects.create(name=name) for name in ("vip", "press")])

    assert kind().gather(1, [tagged.pk, plain.pk]) == {tagged.pk: 2}


@pytest.mark.django_db
def test_tags_of_merged_records_are_those_of_one_person() -> None:
    kind = conditions.get(SLUG)
    member, survivor = factories.contact(), factories.contact()
    vip, press = (Tag.objects.create(name=name) for name in ("vip", "press"))
    member.tags.set([vip, press])
    survivor.tags.set([vip])
    Alias.objects.create(member=member, survivor=survivor, rule="test")

    assert kind().gather(1, [member.pk, survivor.pk]) == {member.pk: 2, survivor.pk: 2}


@pytest.mark.parametrize(("number", "holds"), [(2, True), (1, False)])
def test_it_holds_from_the_number_on(number: int, holds: bool) -> None:
    kind = conditions.get(SLUG)
    visit = Visit(1, 1, Person(1), Happening(1, "Order Completed"), known={kind.slug: number})

    assert kind().holds({"at_least": 2}, visit) is holds

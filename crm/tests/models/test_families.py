"""Who is who, for many at once."""

import itertools
from typing import Any

import pytest

from crm.actions import merges
from crm.models import Contact
from crm.models.families import Family, acquaint, families
from crm.tests import factories

pytestmark = pytest.mark.django_db


def person(*emails: str) -> list[Contact]:
    """One person of many records: each is merged into the one before; the first survives."""
    records = [factories.contact(email=email) for email in emails]
    for into, member in itertools.pairwise(records):
        merges.merge(member, into=into, rule="by hand", evidence={}, by=None)
    return records


def test_whoever_is_asked_about_the_answer_is_the_whole_person() -> None:
    ana, ben, cleo = person("ana@x.example", "ben@x.example", "cleo@x.example")
    alone = factories.contact()

    whole = Family(ana.pk, (ana.pk, ben.pk, cleo.pk))
    assert families([cleo.pk, ana.pk, ben.pk]) == {ana.pk: whole, ben.pk: whole, cleo.pk: whole}
    assert families([ben.pk, alone.pk]) == {ben.pk: whole, alone.pk: Family(alone.pk, (alone.pk,))}


@pytest.mark.parametrize(("people", "queries"), [(0, 1), (1, 2), (3, 2)])
def test_many_merged_people_cost_no_more_than_one(people: int, queries: int, django_assert_num_queries: Any) -> None:
    ids = [factories.contact().pk]
    for number in range(people):
        ids += [record.pk for record in person(f"a{number}@x.example", f"b{number}@x.example")]

    with django_assert_num_queries(queries):
        families(ids)


def test_a_survivor_is_known_by_what_merged_records_are_known_by_after_their_own() -> None:
    ana, ben = person("zoe@x.example", "ana@x.example")

    acquaint([ana, ben])

    assert (ana.emails, ben.emails) == (["zoe@x.example", "ana@x.example"], ["ana@x.example"])


def test_a_name_turns_nothing_around_that_stands_beside_it() -> None:
    assert factories.contact(first_name="\u202eevil", last_name="Ana\u2066").name == "evil Ana"
    assert factories.contact(first_name="\u202e", email="ana@x.example").name == "ana@x.example"


def test_somebody_without_a_name_or_an_address_is_called_by_that_of_a_merged_record() -> None:
    nameless, _ = person("", "ana@x.example")

    acquaint([nameless])

    assert nameless.name == "ana@x.example"

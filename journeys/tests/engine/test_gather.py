"""What nodes and conditions are told about people."""

from typing import Any

import pytest

from crm.models import Alias, Contact
from journeys.engine import gather
from journeys.tests import factories as make

pytestmark = pytest.mark.django_db


def merged(member: Contact, survivor: Contact) -> None:
    Alias.objects.create(member=member, survivor=survivor, rule="test")


def emails(*who: Contact) -> list[str]:
    people = gather.people(contact.pk for contact in who)
    return [people[contact.pk].email for contact in who]


def test_email_is_that_of_a_merged_record_where_their_own_has_none() -> None:
    older, ana = make.contact(email="ana@x.example"), make.contact(email="")
    merged(older, ana)

    assert emails(ana, make.contact(email="")) == ["ana@x.example", ""]


def test_their_own_email_comes_first_whichever_record_is_on_the_journey() -> None:
    older, ana = make.contact(email="before@x.example"), make.contact(email="ana@x.example")
    merged(older, ana)

    assert emails(ana, older) == ["ana@x.example", "before@x.example"]


@pytest.mark.parametrize(("pairs", "queries"), [(0, 2), (1, 3), (3, 3)])
def test_many_cost_as_many_queries_as_one(pairs: int, queries: int, django_assert_num_queries: Any) -> None:
    people = [make.contact()]
    for _ in range(pairs):
        people += [make.contact(), make.contact()]
        merged(people[-1], people[-2])

    with django_assert_num_queries(queries):
        gather.people(contact.pk for contact in people)

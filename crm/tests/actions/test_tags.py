"""Tags: put on and taken off one by one, the same for all records of a person."""

import pytest
from django.db import transaction

from crm.actions import merges, tags
from crm.models import Contact, Event, Tag
from crm.models.families import acquaint
from crm.tests import factories
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


def names(contact: Contact) -> list[str]:
    found = Contact.objects.get(pk=contact.pk)
    acquaint([found])
    return [tag.name for tag in found.known_tags]


def told() -> list[tuple[str, str]]:
    rows = Event.objects.filter(name__in=["contact.tagged", "contact.untagged"]).order_by("id")
    return list(rows.values_list("name", "properties__tag"))


def with_tags(*given: str) -> Contact:
    contact = factories.contact()
    tags.replace(contact, given, by=None)
    return contact


def test_each_tag_is_told_once() -> None:
    contact, vip = factories.contact(), tags.named("VIP")

    assert tags.put(contact, [vip], by=None) == [vip]
    assert tags.put(contact, [vip], by=None) == []
    assert tags.take(contact, [vip], by=None) == [vip]
    assert tags.take(contact, [vip], by=None) == []
    assert told() == [("contact.tagged", "VIP"), ("contact.untagged", "VIP")]


def test_one_name_is_one_tag_however_it_is_written() -> None:
    assert tags.named("  vip   club ") == tags.named("VIP club")
    assert Tag.objects.get().name == "vip club"


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="between 1 and 60"):
        tags.named(name)


def test_replacing_tells_only_what_changes() -> None:
    contact = with_tags("shop", "vip")

    tags.replace(contact, ["VIP", "late"], by=None)

    assert names(contact) == ["late", "vip"]
    assert told()[2:] == [("contact.untagged", "shop"), ("contact.tagged", "late")]


def test_a_person_has_the_tags_of_all_their_records_until_they_part() -> None:
    survivor, member = with_tags("shop", "vip"), with_tags("vip", "late")
    merges.merge(member, into=survivor, rule="by hand", evidence={}, by=None)

    assert names(survivor) == ["late", "shop", "vip"]
    assert names(member) == ["late", "vip"]
    assert tags.put(survivor, [tags.named("late")], by=None) == []

    tags.take(survivor, [tags.named("vip")], by=None)
    assert names(survivor) == ["late", "shop"]


def test_people_are_found_by_what_their_merged_records_are_tagged() -> None:
    survivor, member, other = factories.contact(), with_tags("vip"), with_tags("vip")
    vip = tags.named("vip")
    found = Contact.objects.survivors().tagged(vip)
    assert set(found) == {member, other}

    merges.merge(member, into=survivor, rule="by hand", evidence={}, by=None)

    assert set(Contact.objects.survivors().tagged(vip)) == {survivor, other}


@pytest.mark.django_db(transaction=True)
def test_the_same_tag_put_on_by_many_at_once_is_one() -> None:
    contact = factories.contact()

    def put() -> None:
        with transaction.atomic():
            tags.put(contact, [tags.named("vip")], by=None)

    in_threads(4, put)

    assert names(contact) == ["vip"]
    assert told() == [("contact.tagged", "vip")]

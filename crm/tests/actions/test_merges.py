"""Two records of one person, joined and parted: nothing is moved, so everything comes back."""

from typing import Any

import pytest
from django.utils import timezone

from crm.actions import consents, merges, tracking
from crm.ingest.message import Message, read
from crm.models import Alias, Company, Consent, Contact, Event, Identity
from crm.models.families import families, persons, spread, survivors
from crm.tests import factories

pytestmark = pytest.mark.django_db


def join(member: Contact, into: Contact, **fields: Any) -> Alias:
    return merges.merge(member, into=into, **{"rule": "by hand", "evidence": {}, "by": None} | fields)


def family(contact: Contact) -> set[int]:
    return set(contact.member_ids())


def test_a_merge_tells_the_survivor_whom_and_why() -> None:
    ana, before = factories.contact(), factories.contact()
    manager = factories.user("manager")

    alias = join(before, ana, rule="same email", evidence={"email": "a@x.example"}, by=manager)

    told = Event.objects.get(name="contact.merged")
    assert (told.contact, told.properties) == (ana, {"member_id": before.pk, "rule": "same email"})
    assert (alias.rule, alias.evidence, alias.by) == ("same email", {"email": "a@x.example"}, manager)


def test_merging_somebody_who_is_merged_moves_their_whole_family() -> None:
    one, two, three, four = (factories.contact() for _ in range(4))
    join(one, two)
    join(three, four)

    alias = join(one, three)

    assert (alias.member_id, alias.survivor_id) == (two.pk, four.pk)
    assert family(four) == {one.pk, two.pk, three.pk, four.pk}
    assert {person.survivor_id for person in (one, two, three, four)} == {four.pk}


@pytest.mark.parametrize(("member", "into"), [(0, 0), (0, 2), (2, 0)])
def test_nobody_is_merged_into_themselves_not_even_through_others(member: int, into: int) -> None:
    people = [factories.contact() for _ in range(3)]
    join(people[0], people[1])
    join(people[1], people[2])

    with pytest.raises(merges.MergeCircle, match=f"^Contact {people[member].pk} and contact {people[into].pk} are one"):
        join(people[member], people[into])

    assert Alias.objects.count() == 2


def test_undoing_one_merge_leaves_the_others() -> None:
    one, two, three = (factories.contact() for _ in range(3))
    inner = join(one, two)
    join(two, three)

    merges.undo(inner, by=None)

    assert (family(three), family(one)) == ({two.pk, three.pk}, {one.pk})
    told = Event.objects.get(name="contact.separated")
    assert (told.contact, told.properties) == (two, {"member_id": one.pk})


def test_undoing_an_outer_merge_parts_two_families() -> None:
    one, two, three = (factories.contact() for _ in range(3))
    join(one, two)
    outer = join(two, three)

    merges.undo(outer, by=None)

    assert (family(two), family(three)) == ({one.pk, two.pk}, {three.pk})


def test_a_survivor_is_found_by_all_that_was_merged_and_no_longer_after_the_undoing() -> None:
    ana = factories.contact(first_name="Ana", email="ana@x.example")
    eva = factories.contact(first_name="Eva", email="eva@x.example", company=factories.company("Acmé"))
    alias = join(eva, ana)
    joined = Contact.objects.get(pk=ana.pk).search

    merges.undo(alias, by=None)

    assert joined == "Ana Eva ana@x.example eva@x.example Acme"
    assert set(Contact.objects.values_list("search", flat=True)) == {"Ana ana@x.example", "Eva eva@x.example Acme"}


def test_a_refusal_to_any_record_counts_for_the_person_until_they_are_parted() -> None:
    ana, before = factories.contact(), factories.contact()
    consents.record(before.pk, channel="email", purpose="news", state="withdrawn", source="form")
    alias = join(before, ana)

    def refused() -> list[bool]:
        return [Consent.objects.refused(who.pk, channel="email", purpose="news") for who in (ana, before)]

    together = refused()
    merges.undo(alias, by=None)

    assert (together, refused()) == ([True, True], [False, True])


def test_the_people_of_a_page_stand_for_all_that_was_merged_into_them() -> None:
    ana, before, alone = factories.contact(), factories.contact(), factories.contact()
    join(before, ana)

    found = persons([before, alone])

    assert (found[before.pk], found[alone.pk]) == (ana, alone)
    assert found[before.pk].family_ids == [ana.pk, before.pk]
    assert len(found[before.pk].emails) == 2


def test_what_was_found_for_survivors_is_given_to_whoever_asked() -> None:
    ana, before, alone = factories.contact(), factories.contact(), factories.contact()
    join(before, ana)
    people = families([before.pk, alone.pk])

    assert survivors(people) == {ana.pk: ana.pk, before.pk: ana.pk, alone.pk: alone.pk}
    assert spread({ana.pk: "gold"}, people) == {before.pk: "gold"}


def call(kind: str, message_id: str, **fields: Any) -> Message:
    return read({"messageId": message_id, **fields}, kind=kind, now=timezone.now())


def record(*messages: Message, trusted: bool = True) -> int:
    return tracking.record(messages, source="key:1", trusted=trusted)


def test_an_alias_that_is_sent_again_under_another_id_joins_nobody_twice() -> None:
    record(call("identify", "i", userId="old"), call("identify", "j", userId="7"))

    assert record(call("alias", "a", previousId="old", userId="7")) == 1
    assert record(call("alias", "b", previousId="old", userId="7")) == 1

    assert Alias.objects.count() == 1


def test_an_alias_to_oneself_is_told_and_joins_nobody() -> None:
    assert record(call("alias", "a", previousId="7", userId="7")) == 1

    assert (Alias.objects.count(), Contact.objects.count()) == (0, 1)


def test_an_alias_of_a_visitor_whom_somebody_else_is_joins_only_by_a_secret_key() -> None:
    record(call("identify", "i", userId="1", anonymousId="v"), call("identify", "j", userId="2"))

    record(call("alias", "a", previousId="v", userId="2"), trusted=False)
    by_public = Alias.objects.count()
    record(call("alias", "b", previousId="v", userId="2"))

    assert (by_public, Alias.objects.count()) == (0, 1)


def test_an_unknown_previous_id_is_the_customers_own_visitor_id_from_any_key() -> None:
    record(call("alias", "a", previousId="v", userId="2"), trusted=False)

    identity = Identity.objects.get(value="v")
    assert (identity.kind, identity.source, identity.contact.identities.count()) == ("anonymous_id", "alias", 2)


def test_a_visitors_group_makes_the_company_and_enrols_nobody() -> None:
    record(call("group", "g", anonymousId="v", groupId="g-1", traits={"name": "Acme"}))

    assert (Company.objects.get().name, Contact.objects.count()) == ("Acme", 0)
    assert Event.objects.get(message_id="g").contact is None


def test_the_first_of_two_messages_with_one_id_counts() -> None:
    sent = [call("track", "m", userId="7", event=name) for name in ("First", "Second")]

    assert record(*sent) == 1
    assert Event.objects.get(message_id="m").name == "First"


def test_a_trait_that_is_no_address_still_tells_who_it_is_about() -> None:
    record(call("identify", "i", userId="7", traits={"email": "no address", "phone": 12, "language": "ES-mx"}))

    contact = Contact.objects.get()
    assert [identity.value for identity in contact.identities.all()] == ["7"]
    assert contact.language == "es"


def test_a_phone_in_the_traits_is_known_and_the_context_says_the_rest() -> None:
    context = {"locale": "es-ES", "timezone": "Europe/Madrid"}

    record(call("identify", "i", anonymousId="v", traits={"phone": "+34 600 123 456"}, context=context))

    contact = Contact.objects.get()
    assert (contact.phones, contact.language, contact.timezone) == (["+34600123456"], "es", "Europe/Madrid")


def test_only_identify_takes_an_address_from_traits() -> None:
    record(call("track", "t", userId="7", event="Seen", context={"traits": {"email": "ana@x.example"}}))

    assert Contact.objects.get().emails == []


def test_a_survivor_owns_what_their_merged_device_does() -> None:
    record(call("identify", "i", userId="1", anonymousId="v"))
    member, survivor = Contact.objects.get(), factories.contact()
    join(member, survivor)

    record(call("track", "t", anonymousId="v", event="Seen"))

    assert Event.objects.get(message_id="t").contact == survivor


def test_a_customer_number_is_verified_by_a_secret_key_alone() -> None:
    record(call("track", "t", userId="1", event="Seen"), trusted=False)
    record(call("track", "u", userId="2", event="Seen"))

    assert dict(Identity.objects.values_list("value", "verified")) == {"1": False, "2": True}


def test_nothing_new_is_nothing_written(django_assert_num_queries: Any) -> None:
    sent = call("track", "t", userId="7", event="Seen")
    record(sent)

    with django_assert_num_queries(3):  # a savepoint, and one look into the ledger
        assert record(sent, sent) == 0
    assert record() == 0

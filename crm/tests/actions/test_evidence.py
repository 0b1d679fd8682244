"""Which identity decides who somebody is, when several speak at once."""

import itertools

import pytest

from crm.actions import contacts, merges
from crm.actions.contacts import Person
from crm.actions.resolving import surviving
from crm.models import Alias, Claim, Contact, Identity
from crm.tests import factories

pytestmark = pytest.mark.django_db
MAIL, PHONE = "ana@correo.example", "+34600123456"


def claim(kind: str, value: str, *, scope: str = "", verified: bool = False) -> Claim:
    return Claim(kind, value, scope=scope, verified=verified)


def resolve(*claims: Claim) -> Contact:
    return contacts.resolve(claims, source="test")


def known_by(contact: Contact) -> set[str]:
    return set(contact.identities.values_list("value", flat=True))


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        (("external_id", "7"), ("email", MAIL)),
        (("external_id", "7"), ("phone", PHONE)),
        (("email", MAIL), ("phone", PHONE)),
        (("email", MAIL), ("anonymous_id", "v-1")),
        (("phone", PHONE), ("telegram", "t-1")),
    ],
)
def test_the_stronger_identity_finds_whichever_is_said_first(
    stronger: tuple[str, str], weaker: tuple[str, str]
) -> None:
    by_weaker, by_stronger = resolve(claim(*weaker)), resolve(claim(*stronger))

    assert resolve(claim(*weaker), claim(*stronger)) == by_stronger
    assert resolve(claim(*stronger), claim(*weaker)) == by_stronger
    assert by_weaker.survivor_id == by_weaker.pk


def test_the_same_claim_twice_is_one_identity() -> None:
    contact = resolve(claim("email", MAIL), claim("email", MAIL.upper()), claim("email", MAIL))

    assert known_by(contact) == {MAIL}


def test_one_number_of_two_shops_is_two_people() -> None:
    north, south = resolve(claim("external_id", "7", scope="north")), resolve(claim("external_id", "7", scope="south"))

    assert north != south
    assert resolve(claim("external_id", "7", scope="south")) == south


def test_one_person_may_have_a_number_in_every_shop() -> None:
    ana = resolve(claim("external_id", "7", scope="north"), claim("email", MAIL))

    assert resolve(claim("external_id", "9", scope="south"), claim("email", MAIL)) == ana
    assert known_by(ana) == {"7", "9", MAIL}


def test_verified_evidence_does_not_join_two_customer_numbers_of_one_shop() -> None:
    one, other = resolve(claim("external_id", "1")), resolve(claim("external_id", "2"), claim("email", MAIL))

    both = resolve(claim("external_id", "1", verified=True), claim("email", MAIL, verified=True))

    assert both == one
    assert other.survivor_id == other.pk
    assert Alias.objects.count() == 0


def test_verified_evidence_joins_all_whom_it_names() -> None:
    by_number, by_mail, by_phone = (
        resolve(claim("external_id", "7")),
        resolve(claim("email", MAIL)),
        resolve(claim("phone", PHONE)),
    )

    resolve(*(claim(*one, verified=True) for one in (("phone", PHONE), ("email", MAIL), ("external_id", "7"))))

    assert {by_mail.survivor_id, by_phone.survivor_id} == {by_number.pk}
    assert sorted(Alias.objects.values_list("rule", flat=True)) == ["same email", "same phone"]


def test_joining_by_the_same_evidence_again_changes_nothing() -> None:
    resolve(claim("external_id", "7")), resolve(claim("email", MAIL))
    evidence = [claim("external_id", "7", verified=True), claim("email", MAIL, verified=True)]

    found = [resolve(*evidence) for _ in range(3)]

    assert len(set(found)) == 1
    assert Alias.objects.count() == 1


def test_a_verified_identity_stays_verified_when_it_is_only_said_again() -> None:
    resolve(claim("email", MAIL, verified=True))

    resolve(claim("email", MAIL))

    assert Identity.objects.get().verified is True


def test_verified_words_about_somebody_elses_address_verify_nothing() -> None:
    resolve(claim("external_id", "1"))
    resolve(claim("external_id", "2"), claim("email", MAIL))

    resolve(claim("external_id", "1", verified=True), claim("email", MAIL, verified=True))

    assert Identity.objects.get(kind="email").verified is False


def test_a_device_finds_its_owner_and_gives_them_a_number() -> None:
    known = resolve(claim("email", MAIL), claim("anonymous_id", "v-1"))

    assert resolve(claim("anonymous_id", "v-1")) == known
    assert resolve(claim("external_id", "7"), claim("anonymous_id", "v-1")) == known


def test_a_device_with_another_address_beside_a_known_one_is_its_owners() -> None:
    known = resolve(claim("email", MAIL), claim("anonymous_id", "v-1"))
    contacts.add_identity(known, claim("email", "ana@work.example"), by=None)

    assert resolve(claim("email", "ana@work.example"), claim("anonymous_id", "v-1")) == known


def test_within_a_batch_a_device_goes_to_whoever_came_first() -> None:
    people = [
        Person([claim("email", MAIL), claim("anonymous_id", "kiosk")]),
        Person([claim("email", "ben@correo.example"), claim("anonymous_id", "kiosk")]),
    ]

    ana, ben = contacts.resolve_many(people, source="test")

    assert (known_by(ana), known_by(ben)) == ({MAIL, "kiosk"}, {"ben@correo.example"})


def test_within_a_batch_two_numbers_of_one_shop_stay_two_people() -> None:
    people = [Person([claim("external_id", number), claim("email", MAIL)]) for number in ("1", "2", "1")]

    one, two, again = contacts.resolve_many(people, source="test")

    assert one == again
    assert (known_by(one), known_by(two)) == ({"1", MAIL}, {"2"})


def test_within_a_batch_the_same_evidence_twice_joins_once_and_then_finds_the_survivor() -> None:
    by_number, by_mail = resolve(claim("external_id", "7")), resolve(claim("email", MAIL))
    both = Person([claim("external_id", "7", verified=True), claim("email", MAIL, verified=True)])

    found = contacts.resolve_many([both, both, Person([claim("email", MAIL)])], source="test")

    assert found == [by_number] * 3
    assert Alias.objects.get().member == by_mail


def test_within_a_batch_a_joined_persons_customer_number_keeps_another_one_away() -> None:
    resolve(claim("external_id", "1"), claim("phone", PHONE))
    by_mail = resolve(claim("email", MAIL))
    people = [
        Person([claim("email", MAIL, verified=True), claim("phone", PHONE, verified=True)]),
        Person([claim("external_id", "2"), claim("email", MAIL)]),
    ]

    joined, other = contacts.resolve_many(people, source="test")

    assert joined == by_mail
    assert (other != joined, known_by(other)) == (True, {"2"})


def test_one_person_without_a_claim_refuses_the_whole_batch() -> None:
    with pytest.raises(contacts.NobodyClaimed, match="without an address, a number or an id"):
        contacts.resolve_many([Person([claim("email", MAIL)]), Person([claim("email", "")])], source="test")

    assert Contact.objects.count() == 0


def test_an_empty_batch_is_nobody() -> None:
    assert contacts.resolve_many([], source="test") == []


def test_of_merges_upon_merges_the_last_survivor_answers() -> None:
    people = [resolve(claim("external_id", str(number))) for number in range(1, 5)]
    for member, into in itertools.pairwise(people):
        merges.merge(member, into=into, rule="by hand", evidence={}, by=None)
    alone = factories.contact()

    assert resolve(claim("external_id", "1")) == people[-1]
    ids = [person.pk for person in people]
    assert surviving([*ids, alone.pk]) == dict.fromkeys(ids, ids[-1]) | {alone.pk: alone.pk}


def test_what_a_survivor_is_newly_known_by_is_written_on_the_survivor() -> None:
    member, survivor = resolve(claim("email", MAIL)), resolve(claim("external_id", "7"))
    merges.merge(member, into=survivor, rule="by hand", evidence={}, by=None)

    resolve(claim("email", MAIL), claim("phone", PHONE))

    assert (known_by(member), known_by(survivor)) == ({MAIL}, {"7", PHONE})


def test_a_long_source_is_kept_as_far_as_it_fits() -> None:
    contacts.resolve([claim("email", MAIL)], source="s" * 60)

    assert Identity.objects.get().source == "s" * 40

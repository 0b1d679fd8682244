"""Addresses, numbers and devices that several people use do not glue them together."""

import pytest
from django.test import Client
from django.utils import timezone

from crm.actions import contacts, merges, sharing, tracking
from crm.actions.contacts import Person
from crm.ingest.message import read
from crm.models import Alias, Claim, Contact, Event, Identity, Sighting
from crm.tests import factories
from crm.timeline import read as thread_of

pytestmark = pytest.mark.django_db
FAMILY = Claim("email", "family@casa.example")


def resolve(*claims: Claim, first: str = "", last: str = "") -> Contact:
    return contacts.resolve(claims, source="test", first_name=first, last_name=last)


def is_shared(claim: Claim) -> bool:
    return Identity.objects.get(kind=claim.kind, value=claim.value).shared


def test_address_with_three_names_is_shared_and_says_so_once() -> None:
    for first in ("Ana", "Ben", "Carla", "Diego"):
        resolve(FAMILY, first=first, last="Ruiz")

    assert is_shared(FAMILY)
    assert Event.objects.filter(name="identity.shared").count() == 1
    assert Sighting.objects.count() == 3


def test_address_with_three_customer_numbers_of_one_shop_is_shared() -> None:
    people = {resolve(Claim("external_id", number), FAMILY).pk for number in ("1", "2", "3")}

    assert len(people) == 3
    assert is_shared(FAMILY)


def test_customer_numbers_of_three_shops_are_one_person() -> None:
    for shop in ("a", "b", "c"):
        resolve(Claim("external_id", "7", scope=shop), FAMILY)

    assert not is_shared(FAMILY)


@pytest.mark.parametrize(
    "names",
    [
        [("Ana", "Ruiz"), ("ANA", "RUIZ"), ("Ána", "Rúiz"), ("Ruiz,", "Ana")],
        [("Ana", ""), ("Ana", "Ruiz"), ("Ana María", "Ruiz"), ("", "Ruiz")],
        [("Ana", "Ruiz"), ("Ben", "Ruiz"), ("", "")],
    ],
)
def test_spellings_of_one_name_and_two_people_are_not_enough(names: list[tuple[str, str]]) -> None:
    for first, last in names:
        resolve(FAMILY, first=first, last=last)

    assert not is_shared(FAMILY)


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ([], 0),
        (["number:a:1"], 1),
        (["number:a:1", "number:a:2"], 2),
        (["number:a:1", "number:b:2", "number:b:3"], 2),
        (["number::1", "number::2", "number::3"], 3),
        (["name:ana"], 1),
        (["name:ana", "name:ana ruiz", "name:ana maria ruiz"], 1),
        (["name:ana ruiz", "name:ben ruiz", "name:ruiz"], 2),
        (["name:ana ruiz", "name:ben ruiz", "number:a:1", "number:a:2", "number:a:3"], 3),
    ],
)
def test_people_are_counted_by_names_or_by_the_numbers_of_one_shop(said: list[str], people: int) -> None:
    assert sharing.people_behind(said) == people


def test_shared_address_joins_nobody_even_verified_and_still_finds_who_has_nothing_else() -> None:
    owner = resolve(FAMILY, first="Ana", last="Ruiz")
    for first in ("Ben", "Carla"):
        resolve(FAMILY, first=first, last="Ruiz")
    other = resolve(Claim("email", "other@casa.example"), first="Diego")

    same = resolve(
        Claim("email", "other@casa.example", verified=True), Claim("email", FAMILY.raw, verified=True), first="Diego"
    )

    assert same == other
    assert Alias.objects.count() == 0
    assert resolve(FAMILY) == owner


def test_customer_number_stays_one_persons_whatever_they_are_called() -> None:
    number = Claim("external_id", "7")
    for first in ("Ana", "Ben", "Carla"):
        resolve(number, first=first, last="Ruiz")

    assert not is_shared(number)
    assert Sighting.objects.count() == 0


def test_name_longer_than_a_column_is_noted_by_its_beginning() -> None:
    resolve(FAMILY, first="a" * 400)

    assert Sighting.objects.get().said == "name:" + "a" * 295


def test_whole_batch_is_judged_together() -> None:
    people = [Person([FAMILY], first, "Ruiz") for first in ("Ana", "Ben", "Carla")]

    contacts.resolve_many(people, source="test")

    assert is_shared(FAMILY)


def test_device_does_not_give_one_persons_address_to_another() -> None:
    kiosk = Claim("anonymous_id", "kiosk")
    ana = resolve(Claim("email", "ana@a.example"), kiosk)
    ben = resolve(Claim("email", "ben@b.example"), kiosk)

    assert ana != ben
    assert list(ana.identities.values_list("value", flat=True)) == ["ana@a.example", "kiosk"]


def test_device_still_knows_who_adds_a_first_phone_number() -> None:
    phone = Claim("phone", "+34 600 100 200")
    tablet = Claim("anonymous_id", "tablet")

    assert resolve(Claim("email", "ana@a.example"), tablet) == resolve(phone, tablet)


def call(kind: str, number: int, **fields: object) -> None:
    raw = {"messageId": f"{kind}-{number}", "anonymousId": "kiosk", **fields}
    tracking.record([read(raw, now=timezone.now(), kind=kind)], source="key:1", trusted=True)


def test_clicks_on_a_shared_device_are_nobodys() -> None:
    for number, name in enumerate(("Ana", "Ben", "Carla")):
        call("identify", number, userId=str(number), traits={"email": f"{name}@x.example", "name": f"{name} Ruiz"})
    ana = Identity.objects.get(value="kiosk").contact

    call("track", 1, event="Looked At Plants")

    assert is_shared(Claim("anonymous_id", "kiosk"))
    assert Event.objects.get(name="Looked At Plants").contact is None
    assert [knot for knot in thread_of(ana).knots if "Looked" in str(knot)] == []


def test_alias_of_a_shared_device_joins_nobody() -> None:
    for number in range(3):
        call("identify", number, userId=str(number))

    call("alias", 9, userId="9", previousId="kiosk")

    assert Alias.objects.count() == 0


def test_what_a_shared_address_joined_before_is_listed_and_split_in_one_go(client: Client) -> None:
    ana = resolve(FAMILY, first="Ana", last="Ruiz")
    ben = factories.contact(first_name="Ben")
    merges.merge(ben, into=ana, rule="same email", evidence={"email": FAMILY.value}, by=None)
    by_hand = factories.contact()
    merges.merge(by_hand, into=ana, rule="by hand", evidence={}, by=None)
    for first in ("Ben", "Carla"):
        resolve(FAMILY, first=first, last="Ruiz")
    identity = Identity.objects.get(value=FAMILY.value)
    client.force_login(factories.user("admin"))

    page = client.get("/admin/crm/identity/").content.decode()
    form = {"action": "split", "_selected_action": [identity.pk]}
    client.post("/admin/crm/identity/", form)

    assert "ana ruiz, ben ruiz, carla ruiz" in page
    assert list(Alias.objects.values_list("member", flat=True)) == [by_hand.pk]


def test_spellings_without_end_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST", 2)
    for last in ("A", "A B", "A B C", "A B C D"):
        resolve(FAMILY, first="Ana", last=last)

    assert Sighting.objects.count() == 2

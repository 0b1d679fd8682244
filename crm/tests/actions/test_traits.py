"""What programs say about people and companies: the newest word wins, strange words do no harm."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.actions import companies, contacts, merges, traits
from crm.models import Claim, Company, Consent, Contact
from crm.tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"firstName": "Ana", "lastName": "Ruiz"}, ("Ana", "Ruiz")),
        ({"first_name": " Ana ", "last_name": " Ruiz "}, ("Ana", "Ruiz")),
        ({"firstname": "Ana"}, ("Ana", "")),
        ({"lastname": "Ruiz", "name": "Other Name"}, ("", "Ruiz")),
        ({"firstName": "", "first_name": "Ana", "name": "Other"}, ("Ana", "")),
        ({"name": "Ana"}, ("Ana", "")),
        ({"name": " Ana  María Ruiz "}, ("Ana", "María Ruiz")),
        ({"firstName": 7, "name": ["Ana"]}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_names_are_understood_in_every_librarys_spelling(said: dict[str, Any], names: tuple[str, str]) -> None:
    assert traits.names(said) == names


def test_the_last_word_on_each_trait_counts_in_the_order_of_the_batch() -> None:
    ana, ben = factories.contact(), factories.contact()

    traits.merge(
        [(ana.pk, {"plan": "free", "seats": 1}), (ben.pk, {"plan": "x"}), (ana.pk, {"plan": "gold"})],
        source="key:1",
        trusted=True,
    )

    assert dict(Contact.objects.values_list("pk", "traits")) == {
        ana.pk: {"plan": "gold", "seats": 1},
        ben.pk: {"plan": "x"},
    }


def test_a_trait_may_be_emptied_and_what_is_not_said_stays() -> None:
    ana = factories.contact(traits={"plan": "gold", "city": "Cádiz"})

    traits.merge([(ana.pk, {"plan": None})], source="key:1", trusted=True)

    assert Contact.objects.get().traits == {"plan": None, "city": "Cádiz"}


@pytest.mark.parametrize(("trusted", "names"), [(True, ("Eva", "Ruiz")), (False, ("Ana", "Ruiz"))])
def test_only_a_secret_key_changes_a_name(trusted: bool, names: tuple[str, str]) -> None:
    ana = factories.contact(first_name="Ana", last_name="Ruiz")

    traits.merge([(ana.pk, {"firstName": "Eva", "lastName": ""})], source="key:1", trusted=trusted)

    assert Contact.objects.values_list("first_name", "last_name").get() == names


def test_a_changed_name_is_found_at_once() -> None:
    ana = factories.contact(first_name="Ana", email="ana@x.example")

    traits.merge([(ana.pk, {"name": "Eva Soto"})], source="key:1", trusted=True)

    assert Contact.objects.get().search == "Eva Soto ana@x.example"


@pytest.fixture
def visitor() -> Contact:
    """Somebody of whom only the public key 1 has told."""
    claims = [Claim("external_id", "7"), Claim("anonymous_id", "v-1")]
    return contacts.resolve(claims, source="key:1")


def public(contact: Contact, source: str = "key:1", **said: Any) -> dict[str, Any]:
    traits.merge([(contact.pk, said)], source=source, trusted=False)
    return dict(Contact.objects.get(pk=contact.pk).traits)


def test_a_public_key_changes_what_it_said_itself(visitor: Contact) -> None:
    assert public(visitor, plan="free") == {"plan": "free"}
    assert public(visitor, plan="gold", city="Cádiz") == {"plan": "gold", "city": "Cádiz"}


def known_to_a_secret_key(contact: Contact) -> None:
    contacts.resolve([Claim("external_id", "7", verified=True)], source="key:2")


def known_from_elsewhere(contact: Contact) -> None:
    contacts.add_identity(contact, Claim("email", "ana@correo.example"), by=None)


def known_to_a_colleague(contact: Contact) -> None:
    contacts.update(contact, by=None, first_name="Ana")


def known_as_another_too(contact: Contact) -> None:
    merges.merge(factories.contact(), into=contact, rule="by hand", evidence={}, by=None)


@pytest.mark.parametrize(
    "known", [known_to_a_secret_key, known_from_elsewhere, known_to_a_colleague, known_as_another_too]
)
def test_of_people_known_to_others_a_public_key_changes_nothing_and_adds(
    visitor: Contact, known: Callable[[Contact], None]
) -> None:
    public(visitor, plan="gold")
    known(visitor)

    assert public(visitor, plan="HACKED", city="Cádiz") == {"plan": "gold", "city": "Cádiz"}


def test_another_public_key_changes_nothing_and_adds(visitor: Contact) -> None:
    public(visitor, plan="gold")

    assert public(visitor, "key:3", plan="HACKED", city="Cádiz") == {"plan": "gold", "city": "Cádiz"}


def test_a_public_key_adds_to_a_company_and_changes_nothing_of_it() -> None:
    companies.describe("g-1", {"plan": "free"}, trusted=True)

    companies.describe("g-1", {"name": "Acme", "plan": "HACKED"}, trusted=False)
    acme = companies.describe("g-1", {"name": "HACKED", "domain": "acme.example", "seats": 3}, trusted=False)

    assert (acme.name, acme.domain) == ("Acme", "acme.example")
    assert acme.traits == {"plan": "free", "name": "Acme", "domain": "acme.example", "seats": 3}


def test_a_public_key_takes_nobody_away_from_their_company() -> None:
    old, new = factories.company("Old"), factories.company("New")
    ana, ben = factories.contact(company=old), factories.contact()

    companies.enrol([ana.pk, ben.pk], new, trusted=False)

    assert dict(Contact.objects.values_list("pk", "company")) == {ana.pk: old.pk, ben.pk: new.pk}


def test_names_longer_than_their_column_are_cut() -> None:
    ana = factories.contact()

    traits.merge([(ana.pk, {"firstName": "a" * 300, "lastName": "b" * 300})], source="key:1", trusted=True)

    assert Contact.objects.values_list("first_name", "last_name").get() == ("a" * 120, "b" * 120)


def consented(contact: Contact) -> dict[tuple[str, str], str]:
    last = Consent.objects.of(contact.pk).last_words()
    return {(word.channel, word.purpose): word.state for word in last}


def test_a_list_of_one_channel_says_nothing_about_another() -> None:
    ana = factories.contact()
    traits.record_consent(ana.pk, {"consent": {"email": ["marketing"], "sms": ["marketing"]}}, source="shop")

    traits.record_consent(ana.pk, {"consent": {"email": []}}, source="shop")

    assert consented(ana) == {("email", "marketing"): "withdrawn", ("sms", "marketing"): "granted"}


@pytest.mark.parametrize(
    "strange", [None, True, "marketing", ["email"], {"email": "marketing"}, {"email": None}, {"email": {"a": True}}, {}]
)
def test_a_consent_that_is_no_list_says_nothing(strange: Any) -> None:
    ana = factories.contact()

    traits.record_consent(ana.pk, {"consent": strange}, source="shop")

    assert Consent.objects.count() == 0


@pytest.mark.parametrize("strange", [None, 1, True, "", " ", "p" * 41, ["marketing"], {"a": 1}])
def test_what_is_no_purpose_neither_allows_nor_withdraws_anything(strange: Any) -> None:
    ana = factories.contact()
    traits.record_consent(ana.pk, {"consent": {"email": ["marketing"]}}, source="shop")

    traits.record_consent(ana.pk, {"consent": {"email": [strange]}}, source="shop")
    traits.record_consent(ana.pk, {"consent": {"email": ["marketing", strange, " surveys "]}}, source="shop")

    assert consented(ana) == {("email", "marketing"): "granted", ("email", "surveys"): "granted"}


@pytest.mark.parametrize("channel", ["", " ", "c" * 25, "E-Mail", "my mails", "7", "ñ"])
def test_what_is_no_channel_says_nothing(channel: str) -> None:
    ana = factories.contact()

    traits.record_consent(ana.pk, {"consent": {channel: ["marketing"], "c" * 24: ["p" * 40]}}, source="s" * 100)

    assert consented(ana) == {("c" * 24, "p" * 40): "granted"}
    assert set(Consent.objects.values_list("source", flat=True)) == {"s" * 80}


@pytest.mark.parametrize(
    ("said", "domain"),
    [
        ({"domain": "acme.example"}, "acme.example"),
        ({"domain": "WWW.Acme.Example"}, "acme.example"),
        ({"website": "https://www.acme.example:8443/about?x=1"}, "acme.example"),
        ({"website": "//acme.example/"}, "acme.example"),
        ({"domain": " ", "website": "acme.example"}, "acme.example"),
        ({"domain": "shop.acme.example", "website": "https://acme.example"}, "shop.acme.example"),
        ({"website": "https://[half"}, ""),
        ({"website": 7}, ""),
        ({}, ""),
    ],
)
def test_a_companys_domain_comes_from_what_is_said_about_it(said: dict[str, Any], domain: str) -> None:
    assert companies.describe("g-1", said, trusted=True).domain == domain


def test_a_company_without_a_name_is_called_by_its_id_until_it_has_one() -> None:
    first = companies.describe("g-1", {"plan": "free"}, trusted=True)

    again = companies.describe("g-1", {"name": " Acme ", "plan": "gold", "website": "acme.example"}, trusted=True)

    assert (first.name, first.domain) == ("g-1", "")
    assert (again.name, again.domain, again.pk) == ("Acme", "acme.example", first.pk)
    assert Company.objects.get().traits == {"name": " Acme ", "plan": "gold", "website": "acme.example"}


def test_what_is_not_said_again_about_a_company_stays() -> None:
    companies.describe("g-1", {"name": "Acme", "domain": "acme.example", "seats": 3}, trusted=True)

    companies.describe("g-1", {}, trusted=True)
    companies.describe("g-1", {"name": "", "plan": "gold"}, trusted=True)

    company = Company.objects.get()
    assert (company.name, company.domain) == ("Acme", "acme.example")
    assert company.traits == {"name": "", "domain": "acme.example", "seats": 3, "plan": "gold"}


def test_a_companys_long_words_are_cut() -> None:
    company = companies.describe("g" * 300, {"name": "n" * 300, "domain": "d" * 300}, trusted=True)

    assert (company.external_id, company.name, company.domain) == ("g" * 200, "n" * 200, "d" * 253)
    assert companies.describe("g" * 300, {"plan": "x"}, trusted=True) == company


def test_people_who_change_their_company_are_found_under_the_new_one() -> None:
    old, new = factories.company("Old"), factories.company("New")
    mover, stayer = (
        factories.contact(company=old, email="m@x.example"),
        factories.contact(company=old, email="s@x.example"),
    )

    companies.enrol([mover.pk], new, trusted=True)
    companies.enrol([], new, trusted=True)

    assert dict(Contact.objects.values_list("pk", "search")) == {
        mover.pk: "m@x.example New",
        stayer.pk: "s@x.example Old",
    }


@pytest.mark.parametrize(
    "name", ["Acme  Iluminación", " acme iluminación ", "ACME\nILUMINACIÓN", "Acme\x00 Iluminación"]
)
def test_a_company_is_named_once_whatever_the_spelling(name: str) -> None:
    acme = companies.named("Acme Iluminación", by=None)

    assert companies.named(name, by=None) == acme
    assert Company.objects.count() == 1


@pytest.mark.parametrize("name", ["", "  ", "\x00"])
def test_no_name_is_no_company(name: str) -> None:
    assert companies.named(name, by=None) is None
    assert Company.objects.count() == 0


def test_a_name_is_kept_as_far_as_it_fits() -> None:
    long = companies.named("n" * 300, by=None)

    assert long is not None
    assert long.name == "n" * 200
    assert companies.named("n" * 300, by=None) == long


def test_a_company_is_not_renamed_to_nothing() -> None:
    acme = factories.company("Acme")

    with pytest.raises(ValueError, match=r"^A company needs a name\.$"):
        companies.update(acme, by=None, name="  ")

    assert companies.update(acme, by=None, domain="acme.example").name == "Acme"

"""What the list of contacts is asked for: filters together, impossible ones, pages, and words that find nobody."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from crm.actions import contacts, merges
from crm.forms.contacts import ContactFilter, ContactForm, IdentityForm, NewContactForm
from crm.models import Claim, Contact, Tag, User, finding
from crm.tests import factories
from crm.views import contacts as views

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> User:
    return factories.user("agent")


@pytest.fixture
def client(agent: User) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def asked(**query: object) -> ContactFilter:
    return ContactFilter({name: str(value) for name, value in query.items()})


def found(user: User, **query: object) -> list[str]:
    rows = asked(**query).apply(Contact.objects.visible_to(user).survivors(), user)
    return sorted(rows.values_list("first_name", flat=True))


def names(text: str) -> list[str]:
    return sorted(Contact.objects.survivors().matching(text).values_list("first_name", flat=True))


def test_filters_and_words_count_together(agent: User) -> None:
    vip, team = Tag.objects.create(name="vip"), factories.team()
    for number in range(8):
        contact = factories.contact(
            first_name=f"Ana{number}",
            owner=agent if number & 1 else None,
            language="es" if number & 2 else "en",
            team=team,
        )
        if number & 4:
            contact.tags.add(vip)

    assert found(agent, owner="me", language="es", tag=vip.pk, team=team.pk, q="ana") == ["Ana7"]
    assert found(agent, owner="none", language="en", tag=vip.pk) == ["Ana4"]
    assert found(agent, owner=agent.pk, q="ana3") == ["Ana3"]


def test_a_value_that_cannot_be_is_as_good_as_none(agent: User) -> None:
    factories.contact(first_name="Ana")

    for name, value in [
        ("owner", "you"),
        ("owner", "999999"),
        ("team", "north"),
        ("team", "9" * 30),
        ("feeling", "GLAD"),
        ("language", "xx"),
        ("company", "-1"),
        ("company", "acme"),
        ("company", "0"),
        ("tag", "9" * 30),
        ("q", "x" * 201),
    ]:
        assert (found(agent, **{name: value}), asked(**{name: value}).query()) == (["Ana"], {}), (name, value)


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_company_with_a_number_beyond_all_numbers_has_nobody(client: Client, number: int) -> None:
    factories.contact(first_name="Ana")

    response = client.get(f"/contacts/?company={number}")

    assert (response.status_code, response.context["page"].rows) == (200, [])


def test_a_colleague_who_left_is_no_longer_offered_as_owner(agent: User) -> None:
    gone = factories.user("agent", is_active=False)
    factories.contact(first_name="Theirs", owner=gone)
    factories.contact(first_name="Free")

    assert found(agent, owner=gone.pk) == ["Free", "Theirs"]


def test_the_question_in_the_address_is_the_question_asked(agent: User) -> None:
    team, tag = factories.team(), Tag.objects.create(name="vip")
    question = asked(q=" ana ", owner="me", team=team.pk, tag=tag.pk, feeling="glad", language="", company=3)

    assert question.query() == {
        "q": "ana",
        "owner": "me",
        "team": team.pk,
        "tag": tag.pk,
        "feeling": "glad",
        "company": 3,
    }
    assert set(question.filters()) == {"owner", "team", "tag", "feeling", "company"}


def test_a_page_keeps_its_question_in_the_link_to_the_next(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SIZE", 3)
    for number in range(4):
        factories.contact(first_name=f"Ana{number}")

    first = client.get("/contacts/?q=ana&owner=none")
    second = client.get(f"/contacts/?q=ana&owner=none&cursor={first.context['page'].next}")

    assert (len(first.context["page"].rows), len(second.context["page"].rows)) == (3, 1)
    assert second.context["page"].next == ""
    assert parse_qs(first.context["query"].rstrip("&")) == {"q": ["ana"], "owner": ["none"]}
    assert first.context["count"].number == second.context["count"].number == 4
    assert parse_qs(urlsplit(second.headers["HX-Push-Url"]).query) == {"q": ["ana"], "owner": ["none"]}


def test_full_pages_end_without_an_empty_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SIZE", 3)
    for _ in range(3):
        factories.contact()

    assert client.get("/contacts/").context["page"].next == ""


def test_no_cache_keeps_a_list_of_customers(client: Client) -> None:
    assert set(client.get("/contacts/").headers["Cache-Control"].split(", ")) == {"private", "no-store"}


WORDS: dict[str, list[str]] = {
    "ana ruiz": ["Ana"],
    "ruiz ana": ["Ana"],
    "ana ode": [],
    "an ru": ["Ana"],
    "an zz": ["Ana"],  # words without a trigram: the first of them, by its beginning
    "na": [],
    "ruiz r": ["Ana"],
    "%": [],
    "_na": [],
    "a%a": [],
    "\\": [],
    "'; drop table": [],
    "@": [],
    "ana@": ["Ana"],
    "ana@x.example ruiz": ["Ana"],
    "@x.example": ["Ana", "Ben"],
    "b@": ["Ben"],
    "98765": [],
    "+34 600": ["Ana"],
    "(600) 123-456": ["Ana"],
    "600/123/456": ["Ana"],
    "123456": ["Ana"],
    "999999999": [],
    "123": ["Ana"],
}


def test_the_shape_of_the_words_decides_where_to_look() -> None:
    factories.contact(first_name="Ana", last_name="Ruiz", email="ana@x.example", phone="600123456")
    factories.contact(first_name="Ben", last_name="Ode", email="b@x.example")

    assert {text: names(text) for text in WORDS} == WORDS


def test_words_beyond_two_hundred_letters_are_not_looked_at() -> None:
    long = "a" * finding.LONGEST
    contact = factories.contact(first_name="a" * 120, last_name="a" * 120)
    Contact.objects.filter(pk=contact.pk).update(search=long)

    assert names(long + "zzz") == ["a" * 120]


def test_a_beginning_that_half_the_house_shares_finds_some_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_OWNERS", 2)
    for number in range(3):
        factories.contact(email=f"ana@x{number}.example")

    assert len(names("ana@x")) == 2
    assert len(names("ana@x1")) == 1


def test_a_customer_number_of_a_merged_record_finds_the_survivor() -> None:
    before, ana = factories.contact(first_name="Before"), factories.contact(first_name="Ana")
    contacts.add_identity(before, Claim("external_id", "47 11"), by=None)
    merges.merge(before, into=ana, rule="by hand", evidence={}, by=None)

    assert names("47 11") == ["Ana"]


def test_a_visitor_id_is_not_searched() -> None:
    contacts.resolve(
        [Claim("email", "ana@x.example"), Claim("anonymous_id", "visitorid")], source="t", first_name="Ana"
    )

    assert names("visitorid") == []


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"first_name": "Ana"}, set()),
        ({"phone": "600 123 456"}, set()),
        ({"company": "Acme"}, {"__all__"}),
        ({"email": "ana"}, {"email"}),
        ({"email": "ana", "phone": "12"}, {"email", "phone"}),
        ({"first_name": "a" * 121}, {"first_name"}),
        ({"first_name": "Ana", "language": "xx"}, {"language"}),
        ({"first_name": "Ana", "owner": "999999"}, {"owner"}),
        ({"first_name": "Ana", "timezone": " Europe/Dublin "}, set()),
        ({"first_name": "Ana", "timezone": "Dublin"}, {"timezone"}),
    ],
)
def test_a_new_contact_is_refused_beside_the_field_that_is_wrong(said: dict[str, str], errors: set[str]) -> None:
    assert set(NewContactForm(said).errors) == errors


def test_a_language_that_we_do_not_speak_survives_an_edit() -> None:
    contact = factories.contact(language="fr")
    form = ContactForm({"language": "fr"})
    form.keep(contact)

    assert form.is_valid()
    assert ("fr", "fr") in ContactForm.of(contact).fields["language"].choices  # type: ignore[attr-defined]
    assert not ContactForm({"language": "fr"}).is_valid()


def test_a_time_zone_that_is_on_no_list_survives_an_edit() -> None:
    contact = factories.contact(timezone="Europe/Atlantis")
    form = ContactForm({"timezone": "Europe/Atlantis"})
    form.keep(contact)

    assert form.is_valid()
    assert ContactForm.of(contact)["timezone"].value() == "Europe/Atlantis"
    assert not ContactForm({"timezone": "Europe/Atlantis"}).is_valid()


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("ana@x.example", ("email", "ana@x.example")),
        ("600 123 456", ("phone", "600 123 456")),
        ("ana@", None),
        ("12", None),
        ("@ana", None),
        ("", None),
    ],
)
def test_one_box_takes_an_address_or_a_number(value: str, meant: Any) -> None:
    form = IdentityForm({"value": value})

    assert (form.cleaned_data["value"] if form.is_valid() else None) == meant

"""The list of contacts: who is shown, by which question, at which price."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.actions import merges
from crm.ledger import feed
from crm.models import Contact, Tag, User
from crm.tests import factories
from crm.views import contacts as views
from kernel import realtime
from kernel.realtime import Place, Push

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def queries_of(client: Client, url: str) -> int:
    """How many queries a page takes once the session is warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def names(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/contacts/{query}")
    assert response.status_code == 200
    return [contact.first_name for contact in response.context["page"].rows]


def test_list_shows_the_most_recently_active_first() -> None:
    for day, name in enumerate(["Ana", "Ben", "Cleo"], start=1):
        contact = factories.contact(first_name=name)
        Contact.objects.filter(pk=contact.pk).update(last_activity_at=f"2026-01-0{day}T00:00:00Z")

    assert names(signed_in(factories.user("agent"))) == ["Cleo", "Ben", "Ana"]


@pytest.mark.parametrize(
    ("language", "one", "two"), [("en", "1 person", "2 people"), ("es", "1 persona", "2 personas")]
)
def test_lists_of_people_count_them_in_singular_and_plural(language: str, one: str, two: str) -> None:
    agent, acme = signed_in(factories.user("agent", language=language)), factories.company("Acme")
    factories.contact(first_name="Ana", company=acme)
    for path in ("/contacts/?q=Ana", f"/companies/{acme.pk}/"):
        assert f'<span class="pager-count">{one}</span>' in agent.get(path).content.decode()
    factories.contact(first_name="Anabel", company=acme)
    for path in ("/contacts/?q=Ana", f"/companies/{acme.pk}/"):
        assert f'<span class="pager-count">{two}</span>' in agent.get(path).content.decode()


def test_list_hides_merged_people() -> None:
    old, new = factories.contact(first_name="Old"), factories.contact(first_name="New")
    merges.merge(old, into=new, rule="by hand", evidence={}, by=None)

    assert names(signed_in(factories.user("agent"))) == ["New"]


def test_sales_see_their_own_their_teams_and_nobodys() -> None:
    north, south = factories.team(), factories.team()
    seller = factories.user("sales", team=north)
    other = factories.user("sales", team=south)
    factories.contact(first_name="Mine", owner=seller)
    factories.contact(first_name="Team", owner=other, team=north)
    factories.contact(first_name="Theirs", owner=other, team=south)
    factories.contact(first_name="Free")

    assert sorted(names(signed_in(seller))) == ["Free", "Mine", "Team"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?owner=me", ["Mine"]),
        ("?owner=none", ["Upset"]),
        ("?feeling=upset", ["Upset"]),
        ("?language=es", ["Mine"]),
        ("?q=upset", ["Upset"]),
        ("?feeling=purple", ["Mine", "Upset"]),
        ("?cursor=nonsense", ["Mine", "Upset"]),
        ("?tag=99999999", ["Mine", "Upset"]),
    ],
)
def test_list_answers_filters_and_survives_impossible_ones(query: str, found: list[str]) -> None:
    agent = factories.user("agent")
    factories.contact(first_name="Mine", owner=agent, language="es")
    upset = factories.contact(first_name="Upset")
    Contact.objects.filter(pk=upset.pk).update(feeling="upset")

    assert sorted(names(signed_in(agent), query)) == found


def test_list_filters_by_tag_company_and_team() -> None:
    company, team, tag = factories.company(), factories.team(), Tag.objects.create(name="vip")
    one = factories.contact(first_name="One", company=company, team=team)
    one.tags.add(tag)
    factories.contact(first_name="Two")
    client = signed_in(factories.user("agent"))

    assert names(client, f"?tag={tag.pk}") == ["One"]
    assert names(client, f"?company={company.pk}") == ["One"]
    assert names(client, f"?team={team.pk}") == ["One"]


def test_list_pages_meet_everybody_once_and_keep_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SIZE", 3)
    for number in range(11):
        factories.contact(first_name=f"Ana{number}", language="es")
    client, seen, query = signed_in(factories.user("agent")), list[str](), "?language=es"
    while query:
        response = client.get(f"/contacts/{query}")
        seen += [contact.first_name for contact in response.context["page"].rows]
        next_cursor = response.context["page"].next
        query = f"?{response.context['query']}cursor={next_cursor}" if next_cursor else ""

    assert len(seen) == len(set(seen)) == 11


def test_list_has_the_same_number_of_queries_for_one_and_three_rows() -> None:
    client = signed_in(factories.user("agent"))
    counts = []
    for number in (1, 2):
        for _ in range(number):
            contact = factories.contact(phone=f"60012345{Contact.objects.count()}", company=factories.company())
            contact.tags.add(Tag.objects.get_or_create(name=f"tag{number}")[0])
        counts.append(queries_of(client, "/contacts/"))

    assert counts[0] == counts[1]
    assert counts[0] <= 15


def test_htmx_gets_the_rows_and_a_clean_address() -> None:
    factories.contact(first_name="Ana", language="es")
    client = signed_in(factories.user("agent"))

    response = client.get("/contacts/?q=ana&owner=&language=es", headers=HTMX)

    assert "<html" not in response.content.decode()
    assert parse_qs(urlsplit(response.headers["HX-Push-Url"]).query) == {"q": ["ana"], "language": ["es"]}
    assert "HX-Request" in response.headers["Vary"]


def test_empty_list_teaches_and_an_empty_search_says_so() -> None:
    client = signed_in(factories.user("agent"))

    assert "Nobody here yet" in client.get("/contacts/").content.decode()
    assert "Nobody like that" in client.get("/contacts/?q=zzz").content.decode()


def test_what_people_call_themselves_is_text() -> None:
    factories.contact(first_name="<script>alert(1)</script>")

    page = signed_in(factories.user("agent")).get("/contacts/").content.decode()

    assert "<script>alert" not in page


def test_new_contact_is_written_down_with_a_new_company() -> None:
    agent = factories.user("agent")
    said = {"first_name": "Ana", "email": "Ana@x.example", "phone": "600 123 456", "company": "Acme", "owner": agent.pk}
    said["timezone"] = "Europe/Dublin"

    response = signed_in(agent).post("/contacts/new/", said)

    ana = Contact.objects.get()
    assert response.headers["Location"] == f"/contacts/{ana.pk}/"
    assert (ana.emails, ana.phones, str(ana.company), ana.owner) == (["ana@x.example"], ["+34600123456"], "Acme", agent)
    assert ana.timezone == "Europe/Dublin"


def test_new_contact_with_a_known_address_leads_to_who_has_it() -> None:
    ana = factories.contact(email="ana@x.example", first_name="Ana")

    response = signed_in(factories.user("agent")).post("/contacts/new/", {"email": "ana@x.example"})

    assert response.status_code == 422
    assert f"/contacts/{ana.pk}/" in response.content.decode()
    assert Contact.objects.count() == 1


def test_new_contact_does_not_show_whom_one_may_not_see() -> None:
    hidden = factories.contact(email="ana@x.example", owner=factories.user("sales", team=factories.team()))

    response = signed_in(factories.user("sales")).post("/contacts/new/", {"email": "ana@x.example"})

    assert response.status_code == 422
    assert f"/contacts/{hidden.pk}/" not in response.content.decode()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "Give a name, an address or a number."),
        ({"email": "ana at home"}, "This is not a complete address"),
        ({"phone": "12"}, "This is not a complete number"),
    ],
)
def test_new_contact_says_what_is_wrong(said: dict[str, str], why: str) -> None:
    response = signed_in(factories.user("agent")).post("/contacts/new/", said)

    assert response.status_code == 422
    assert why in response.content.decode()
    assert Contact.objects.count() == 0


def test_company_shows_its_people_as_far_as_one_may_see_them() -> None:
    acme, seller = factories.company("Acme"), factories.user("sales", team=factories.team())
    factories.contact(first_name="Mine", owner=seller, company=acme)
    factories.contact(first_name="Theirs", owner=factories.user("sales", team=factories.team()), company=acme)

    response = signed_in(seller).get(f"/companies/{acme.pk}/")

    assert [contact.first_name for contact in response.context["page"].rows] == ["Mine"]
    assert "Acme" in response.content.decode()


def test_company_page_has_the_same_number_of_queries_for_one_and_three_people() -> None:
    acme, client, counts = factories.company("Acme"), signed_in(factories.user("agent")), []
    for number in (1, 2):
        for _ in range(number):
            factories.contact(company=acme)
        counts.append(queries_of(client, f"/companies/{acme.pk}/"))

    assert counts[0] == counts[1]


def test_row_shows_the_address_of_a_merged_record() -> None:
    lucia = factories.contact(first_name="Lucía", email="")
    merges.merge(factories.contact(email="lv@work.example"), into=lucia, rule="by hand", evidence={}, by=None)

    assert "lv@work.example" in signed_in(factories.user("agent")).get("/contacts/").content.decode()


def test_list_is_fetched_again_when_somebody_comes_whom_the_viewer_may_see() -> None:
    topics = {"contacts:all"}
    seller, other = factories.user("sales"), factories.user("sales")
    factories.contact(owner=seller)
    news, _place = feed.read(Place(0), 1000)
    (created,) = [item for item in news if item.name == "contact.created"]

    assert realtime.may_listen(seller, "contacts:all")
    assert not realtime.may_listen(seller, "contacts:1")
    assert realtime.render_news(seller, [created], topics) == Push(stale=frozenset(topics))
    assert realtime.render_news(other, [created], topics) == Push()

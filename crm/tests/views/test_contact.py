"""The page of one contact, and what is done on it."""

import json
import re
from datetime import date
from html import unescape

import pytest
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm import live, pages, timeline, value
from crm.actions import companies, consents, contacts, merges, notes, tags, tasks
from crm.ledger import Recorded, because_of
from crm.models import Claim, Consent, Contact, Event, Identity, Note, Tag, Task, User
from crm.tests import factories
from kernel.realtime import News, render_news

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


@pytest.fixture
def agent() -> User:
    return factories.user("agent", first_name="Inés")


@pytest.fixture
def client(agent: User) -> Client:
    return signed_in(agent)


@pytest.fixture
def ana() -> Contact:
    return factories.contact(first_name="Ana", last_name="Gil", email="ana@x.example")


def order(contact: Contact, total: object, currency: str = "EUR", **fields: object) -> Event:
    return Event.objects.create(
        contact=contact,
        name="Order Completed",
        source="shop",
        message_id=f"o-{Event.objects.count()}",
        properties={"total": total, "currency": currency},
        **fields,
    )


def body(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_page_tells_who_how_they_feel_what_they_are_worth_and_what_is_next(client: Client, ana: Contact) -> None:
    contacts.set_feeling(ana.pk, "uneasy")
    order(ana, 100), order(ana, "312.50"), order(ana, "free"), order(ana, 9, "USD")
    factories.task(contact=ana, title="Call about the lamp", due_on=date(2030, 1, 1))

    page = body(client, f"/contacts/{ana.pk}/")

    for expected in ("Ana Gil", "uneasy", "Call about the lamp", "ana@x.example", "€412.50", "Ordered"):
        assert expected in page


def test_phone_numbers_are_written_to_be_read_and_dialled(client: Client) -> None:
    contact = factories.contact(phone="+34 688785439")

    assert 'title="+34688785439">+34 688 78 54 39</span>' in body(client, f"/contacts/{contact.pk}/")


def test_value_adds_the_usual_currency_and_counts_all_orders(ana: Contact) -> None:
    order(ana, 100), order(ana, "312.50"), order(ana, "free"), order(ana, 9, "USD")

    assert value.of(ana) == value.Value(4, 412.5, "EUR")


def test_merged_contact_leads_to_the_survivor(client: Client, ana: Contact) -> None:
    other = factories.contact()
    merges.merge(ana, into=other, rule="by hand", evidence={}, by=None)

    response = client.get(f"/contacts/{ana.pk}/")

    assert (response.status_code, response.headers["Location"]) == (302, f"/contacts/{other.pk}/")


def test_page_shows_what_merged_records_are_known_by(client: Client, ana: Contact) -> None:
    merges.merge(factories.contact(email="before@x.example"), into=ana, rule="by hand", evidence={}, by=None)

    known_by = body(client, f"/contacts/{ana.pk}/").split('id="contact-identities"')[1].split("</section>")[0]

    assert "ana@x.example" in known_by
    assert "before@x.example" in known_by


def test_page_of_somebody_who_may_not_be_seen_does_not_exist() -> None:
    hidden = factories.contact(owner=factories.user("sales", team=factories.team()))

    assert signed_in(factories.user("sales")).get(f"/contacts/{hidden.pk}/").status_code == 404


def test_page_has_the_same_number_of_queries_for_few_and_many_events(client: Client, ana: Contact) -> None:
    counts = []
    for number in (1, 4):
        for _ in range(number):
            notes.write(ana, by=None, body="x")
        counts.append(queries_of(client, f"/contacts/{ana.pk}/"))

    assert counts[0] == counts[1]


def test_thread_is_read_in_pages_without_gaps_or_repetitions(ana: Contact) -> None:
    for number in range(60):
        order(ana, number, occurred_at=f"2026-01-0{number % 9 + 1}T00:00:00Z")
    seen, cursor = [], ""
    while True:
        page = timeline.read(ana, cursor=cursor)
        seen += [knot.id for knot in page.knots]
        cursor = page.older
        if not cursor:
            break

    assert len(seen) == len(set(seen)) == 61
    newest_first = Event.objects.order_by("-occurred_at", "-pk").values_list("pk", flat=True)
    assert seen == list(newest_first)


def test_thread_holds_merged_people_and_the_visits_before_they_said_who_they_are(ana: Contact) -> None:
    other = factories.contact()
    order(other, 5)
    merges.merge(other, into=ana, rule="by hand", evidence={}, by=None)
    contacts.resolve(
        [Claim("email", "ana@x.example"), Claim("anonymous_id", "v-1")],
        source="web",
    )
    Event.objects.create(
        anonymous_id="v-1", name="page.viewed", source="w", message_id="1", properties={"name": "Home"}
    )

    titles = [knot.title for knot in timeline.read(ana).knots]

    assert "Ordered" in titles
    assert "Visited Home" in titles


def test_thread_leaves_out_what_others_did_on_a_device_that_several_people_use(ana: Contact) -> None:
    Identity.objects.create(contact=ana, kind="anonymous_id", value="tablet", shared=True)
    Event.objects.create(anonymous_id="tablet", name="Order Completed", source="w", message_id="1")

    assert "Ordered" not in [knot.title for knot in timeline.read(ana).knots]


def test_thread_shows_one_kind_or_one_channel(ana: Contact) -> None:
    order(ana, 5)
    order(ana, 6, channel="shop")
    notes.write(ana, by=None, body="Prefers mail")

    assert [knot.kind for knot in timeline.read(ana, kind="note").knots] == ["note"]
    assert len(timeline.read(ana, kind="order").knots) == 2
    assert len(timeline.read(ana, channel="shop").knots) == 1
    assert timeline.channels(ana) == ["shop"]


def test_thread_says_why(ana: Contact) -> None:
    bought = order(ana, 5)
    with transaction.atomic(), because_of(Recorded(bought.pk, bought.depth)):
        contacts.set_feeling(ana.pk, "glad")

    (knot,) = (knot for knot in timeline.read(ana).knots if knot.feeling)

    assert (knot.title, knot.feeling, knot.cause) == ("Feels glad", "glad", "because of: Ordered")


def test_thread_names_each_month_once(ana: Contact) -> None:
    Event.objects.all().delete()
    for day in ("02-02T09", "02-01T08", "01-31T22"):
        order(ana, 1, occurred_at=f"2026-{day}:00:00Z")

    assert [str(knot.month) for knot in timeline.read(ana).knots] == ["2026-02-01", "None", "2026-01-01"]
    (_, second, _) = timeline.read(ana).knots
    cursor = timeline.read(ana, size=1).older
    assert timeline.read(ana, cursor=cursor).knots[0] == second


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"total": 1378.5, "currency": "EUR", "order_id": "77"}, "€1,378.50 · order id 77"),
        ({"products": [{"name": "Lamp", "quantity": 2}, {"name": "Vase"}, "x"], "total": "40"}, "2 × Lamp, Vase · 40"),
        ({"name": "Lamp", "price": 89.0}, "Lamp · 89.00"),
        ({"plan": "gold", "seats": 3, "nested": {"a": 1}, "empty": ""}, "plan gold · seats 3"),
    ],
)
def test_events_from_outside_are_told_in_few_words(told: dict[str, object], words: str) -> None:
    assert timeline.few_words(told) == words


def test_older_knots_come_as_a_fragment(client: Client, ana: Contact) -> None:
    for number in range(30):
        order(ana, number)
    cursor = timeline.read(ana).older

    fragment = body(client, f"/contacts/{ana.pk}/thread/?cursor={cursor}")

    assert "<html" not in fragment
    assert fragment.count('class="knot-item"') == 31 - timeline.SIZE


def test_note_is_kept_and_can_be_taken_back(client: Client, ana: Contact, agent: User) -> None:
    response = client.post(f"/contacts/{ana.pk}/notes/", {"body": "Prefers mail"}, headers=HTMX)

    note = Note.objects.get()
    assert (note.body, note.author) == ("Prefers mail", agent)
    assert f'"url": "/notes/{note.pk}/"' in response.headers["HX-Trigger-After-Swap"]
    assert client.delete(f"/notes/{note.pk}/").status_code == 200
    assert Note.objects.count() == 0


def test_words_of_a_note_taken_back_leave_the_screens_that_show_them(client: Client, ana: Contact, agent: User) -> None:
    note = notes.write(ana, by=agent, body="Wrong person")
    place = f'id="event-{Event.objects.get(name="note.written").pk}"'

    own = client.delete(f"/notes/{note.pk}/", headers=HTMX).content.decode()
    back = Event.objects.get(name="note.withdrawn")
    colleagues = render_news(factories.user("agent"), [news_of(back)], {f"contact:{ana.pk}"}).html

    for page in (own, colleagues):
        assert f'{place} hx-swap-oob="true"' in page
        assert "Wrong person" not in page


def test_taking_back_a_note_of_somebody_who_may_not_be_seen_is_pushed_to_nobody() -> None:
    hidden = factories.contact(owner=factories.user("sales", team=factories.team()))
    notes.withdraw(notes.write(hidden, by=factories.user("sales"), body="x"), by=factories.user("sales"))
    back = Event.objects.get(name="note.withdrawn")

    assert render_news(factories.user("sales"), [news_of(back)], {f"contact:{hidden.pk}"}).html == ""


def test_note_is_taken_back_by_its_author_only(client: Client, ana: Contact) -> None:
    note = notes.write(ana, by=factories.user("agent"), body="Mine")

    assert client.delete(f"/notes/{note.pk}/").status_code == 404
    assert Note.objects.count() == 1


def test_empty_note_is_answered_with_the_form(client: Client, ana: Contact) -> None:
    response = client.post(f"/contacts/{ana.pk}/notes/", {"body": " "}, headers=HTMX)

    assert response.status_code == 422
    assert 'id="note-form"' in response.content.decode()


def test_task_is_planned_done_undone_and_dropped(client: Client, ana: Contact, agent: User) -> None:
    said = {"title": "Call", "due_on": "2030-01-02", "owner": agent.pk}
    planned = client.post(f"/contacts/{ana.pk}/tasks/", said, headers=HTMX)
    task = Task.objects.get()
    assert (task.owner, task.due_on) == (agent, date(2030, 1, 2))
    assert f'id="contact-tasks-{ana.pk}"' in planned.content.decode()

    done = client.post(f"/tasks/{task.pk}/completion/", headers=HTMX)
    task.refresh_from_db()
    assert task.done_by == agent
    assert '"method": "DELETE"' in done.headers["HX-Trigger-After-Swap"]

    client.delete(f"/tasks/{task.pk}/completion/", headers=HTMX)
    task.refresh_from_db()
    assert task.done_at is None

    client.delete(f"/tasks/{task.pk}/", headers=HTMX)
    assert Task.objects.count() == 0


def test_tasks_of_people_whom_one_may_not_see_do_not_exist() -> None:
    hidden = factories.contact(owner=factories.user("sales", team=factories.team()))
    task = factories.task(contact=hidden)

    assert signed_in(factories.user("sales")).post(f"/tasks/{task.pk}/completion/").status_code == 404


def test_task_list_groups_by_what_presses(client: Client, ana: Contact, agent: User) -> None:
    factories.task(contact=ana, owner=agent, title="Late", due_on=date(2020, 1, 1))
    factories.task(contact=ana, owner=agent, title="Far", due_on=date(2090, 1, 1))
    factories.task(contact=ana, owner=agent, title="Some day")
    factories.task(contact=ana, owner=factories.user("agent"), title="Not mine")
    tasks.complete(factories.task(contact=ana, owner=agent, title="Ready"), by=agent)

    groups = client.get("/tasks/").context["groups"]

    assert [(group.slug, [task.title for task in group.tasks]) for group in groups] == [
        ("overdue", ["Late"]),
        ("later", ["Far"]),
        ("undated", ["Some day"]),
        ("done", ["Ready"]),
    ]


def test_task_list_has_the_same_number_of_queries_for_one_and_three_tasks(client: Client, agent: User) -> None:
    counts = []
    for number in (1, 2):
        for _ in range(number):
            factories.task(contact=factories.contact(company=factories.company()), owner=agent)
        counts.append(queries_of(client, "/tasks/"))

    assert counts[0] == counts[1]


def test_empty_task_list_teaches(client: Client) -> None:
    assert "Nothing to do" in body(client, "/tasks/")


def test_details_are_edited_in_place(client: Client, ana: Contact, agent: User) -> None:
    form = body(client, f"/contacts/{ana.pk}/details/?edit=1")
    said = {"first_name": "Ana", "last_name": "Gil Soto", "company": "Acme", "owner": agent.pk, "language": "es"}
    said["timezone"] = "Europe/Dublin"

    response = client.post(f"/contacts/{ana.pk}/details/", said, headers=HTMX)

    ana.refresh_from_db()
    assert form.index('list="time-zones"') < form.index('<option value="Europe/Dublin">')
    assert (ana.last_name, str(ana.company), ana.owner, ana.language) == ("Gil Soto", "Acme", agent, "es")
    assert ana.timezone == "Europe/Dublin"
    assert f'id="contact-head-{ana.pk}"' in response.content.decode()


def test_details_that_a_colleague_changed_while_the_form_was_open_stay_theirs(client: Client, ana: Contact) -> None:
    acme = companies.named("Acme", by=None)
    page = body(client, f"/contacts/{ana.pk}/details/?edit=1")
    said = dict(re.findall(r'<input type="(?:text|hidden)" name="([^"]+)"(?: value="([^"]*)")?', page))
    said |= {"owner": "", "language": ""}
    contacts.update(ana, by=None, last_name="Gil Soto", owner=factories.user("sales"), language="es", company=acme)

    client.post(f"/contacts/{ana.pk}/details/", said | {"first_name": "Anna"}, headers=HTMX)

    told = Event.objects.filter(name="contact.updated").latest("pk").properties["changed"]
    assert Contact.objects.get(pk=ana.pk).name == "Anna Gil Soto"
    assert told == "first_name"


def test_another_address_is_added_and_a_taken_one_refused(client: Client, ana: Contact) -> None:
    factories.contact(email="taken@x.example")

    assert (
        client.post(f"/contacts/{ana.pk}/identities/", {"value": "ana@work.example"}, headers=HTMX).status_code == 200
    )
    taken = client.post(f"/contacts/{ana.pk}/identities/", {"value": "taken@x.example"}, headers=HTMX)
    nonsense = client.post(f"/contacts/{ana.pk}/identities/", {"value": "no number"}, headers=HTMX)

    assert (taken.status_code, nonsense.status_code) == (422, 422)
    assert "Somebody else is known by this already." in taken.content.decode()
    assert Contact.objects.get(pk=ana.pk).emails == ["ana@x.example", "ana@work.example"]


def undo_of(response: HttpResponseBase) -> object:
    return json.loads(response.headers["HX-Trigger-After-Swap"])["toast"].get("undo")


def test_tags_are_put_on_and_taken_off_with_a_way_back(client: Client, ana: Contact) -> None:
    put = client.post(f"/contacts/{ana.pk}/tags/", {"name": "VIP"}, headers=HTMX)
    url = f"/contacts/{ana.pk}/tags/{Tag.objects.get().pk}/"
    again = client.post(f"/contacts/{ana.pk}/tags/", {"name": "vip"}, headers=HTMX)
    gone = client.delete(url, headers=HTMX)
    empty = client.post(f"/contacts/{ana.pk}/tags/", {"name": " "}, headers=HTMX)

    assert undo_of(put) == {"method": "DELETE", "url": url}
    assert undo_of(again) is None
    assert undo_of(gone) == {"method": "POST", "url": url}
    assert ("Take off the tag VIP" in put.content.decode(), "VIP" in gone.content.decode()) == (True, True)
    assert (empty.status_code, "This field is required." in empty.content.decode()) == (422, True)
    assert not ana.tags.exists()

    client.post(url, headers=HTMX)
    assert ana.tags.get().name == "VIP"


def test_tags_are_pushed_to_the_page_of_the_person_that_a_record_belongs_to(ana: Contact, agent: User) -> None:
    survivor = factories.contact()
    merges.merge(ana, into=survivor, rule="by hand", evidence={}, by=None)
    tags.put(ana, [tags.named("VIP")], by=None)
    event = Event.objects.get(name="contact.tagged")

    html = render_news(agent, [news_of(event)], {f"contact:{ana.pk}"}).html

    for place in ("contact-head-tags", "contact-tag-list"):
        assert f'id="{place}-{survivor.pk}" hx-swap-oob="true"' in html
    assert "VIP" in html.split("contact-tag-list")[1]


def test_consent_is_withdrawn_on_the_telephone(client: Client, ana: Contact, agent: User) -> None:
    consents.record(ana.pk, channel="email", purpose="marketing", state="granted", source="form")
    said = {"channel": "email", "purpose": "marketing", "state": "withdrawn"}

    client.post(f"/contacts/{ana.pk}/consents/", said, headers=HTMX)

    assert Consent.objects.refused(ana.pk, channel="email", purpose="marketing") is True
    assert Consent.objects.latest_first()[0].source == f"told {agent.email}"


def news_of(event: Event) -> News:
    return News(event.pk, event.name, event.contact_id, event.properties, frozenset({f"contact:{event.contact_id}"}))


def test_new_events_push_their_knot_to_those_who_may_see_the_person(ana: Contact, agent: User) -> None:
    event = order(ana, 5)

    html = render_news(agent, [news_of(event)], {f"contact:{ana.pk}"}).html

    assert f'id="event-{event.pk}"' in html
    assert f"afterbegin:#thread-{ana.pk}:is(" in html


def test_nothing_is_pushed_to_those_who_may_not_see_the_person() -> None:
    hidden = factories.contact(owner=factories.user("sales", team=factories.team()))
    seller, event = factories.user("sales"), order(hidden, 5)

    assert live.sees_contact(seller, str(hidden.pk)) is False
    assert render_news(seller, [news_of(event)], {f"contact:{hidden.pk}"}).html == ""


def test_knots_go_only_to_pages_that_show_the_person(ana: Contact, agent: User) -> None:
    event = order(ana, 5)
    item = News(event.pk, event.name, ana.pk, {}, frozenset({f"contact:{ana.pk}", "inbox:1"}))

    assert render_news(agent, [item], {"inbox:1"}).html == ""


def test_changed_head_is_pushed(ana: Contact, agent: User) -> None:
    contacts.set_feeling(ana.pk, "glad")
    event = Event.objects.get(name="contact.feeling_changed")

    html = render_news(agent, [news_of(event)], {f"contact:{ana.pk}"}).html

    assert f'id="contact-head-{ana.pk}" hx-swap-oob="true"' in html


@pytest.mark.parametrize(("channel", "named"), [("email", "email"), ("", ""), ("e']) x", "")])
def test_knot_goes_to_the_threads_that_tell_its_kind_or_its_channel(ana: Contact, channel: str, named: str) -> None:
    event = order(ana, 5, channel=channel)

    html = unescape(pages.new_knot(event, ana.pk, factories.user("agent")))

    assert f"#thread-{ana.pk}:is([data-of=''], [data-of='order']):is([data-by=''], [data-by='{named}'])" in html
    assert f'data-month="{event.occurred_at:%Y-%m}"' in html


def test_filtered_thread_says_what_it_tells_and_is_there_for_the_first(client: Client, ana: Contact) -> None:
    page = body(client, f"/contacts/{ana.pk}/?kind=order&channel=shop")
    assert f'id="thread-{ana.pk}" data-of="order" data-by="shop"' in page
    nothing = body(client, f"/contacts/{ana.pk}/?kind=visit")
    assert f'id="thread-{ana.pk}" data-of="visit" data-by=""' in nothing
    assert "Nothing of this kind happened yet." in nothing

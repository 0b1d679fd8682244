"""The inbox's pages: list, tabs, search, thread, person, and who may see what at which price."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.actions.merges import merge
from crm.models import User
from crm.tests import factories as crm
from omnichannel.actions import conversations, deliveries
from omnichannel.models import Conversation, Message, Reading
from omnichannel.tests.factories import make_channel, make_contact, make_conversation, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.content[:500]
    return response.content.decode()


def test_inbox_shows_who_what_and_since_when_they_wait() -> None:
    agent = make_user("agent")
    conversation = make_conversation(subject="Pedido 4711", text="sigue sin llegar", name="María Ruiz")
    page = body(signed_in(agent), "/inbox/")
    assert f'id="row-{conversation.pk}"' in page
    assert "María Ruiz" in page
    assert "Pedido 4711" in page
    assert "sigue sin llegar" in page
    assert "data-waiting" in page
    assert "data-unread" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_inbox_costs_the_same_queries_for_one_and_three_rows(rows: int) -> None:
    agent, channel = make_user("agent"), make_channel()
    for _ in range(rows):
        make_conversation(channel, sender=f"p{_}@casa.example")
    client = signed_in(agent)
    client.get("/inbox/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/inbox/?tab=all")
    assert len(queries) == 10, "\n".join(q["sql"][:230] for q in queries)


def test_first_tab_is_where_there_is_something_to_do() -> None:
    agent = make_user("agent")
    client = signed_in(agent)
    assert 'id="rows-all"' in body(client, "/inbox/")
    conversation = make_conversation()
    assert 'id="rows-unassigned"' in body(client, "/inbox/")
    conversations.assign(conversation, to=agent, by=agent)
    assert 'id="rows-mine"' in body(client, "/inbox/")


def test_tabs_hold_what_their_names_say() -> None:
    agent, channel = make_user("agent"), make_channel()
    mine, free, done = (make_conversation(channel, sender=f"{n}@casa.example") for n in ("mine", "free", "done"))
    conversations.assign(mine, to=agent, by=agent)
    conversations.resolve(done, by=agent)
    client = signed_in(agent)
    found = {
        tab: {c.pk for c in (mine, free, done) if f'id="row-{c.pk}"' in body(client, f"/inbox/?tab={tab}")}
        for tab in ("mine", "unassigned", "all", "resolved")
    }
    assert found == {"mine": {mine.pk}, "unassigned": {free.pk}, "all": {mine.pk, free.pk}, "resolved": {done.pk}}


def test_tabs_show_their_counts_and_the_place_that_they_belong_to() -> None:
    agent = make_user("agent")
    make_conversation()
    page = body(signed_in(agent), "/inbox/")
    assert 'data-counter="inbox-unassigned" data-count="1"' in page
    assert 'data-counter="inbox-mine" data-count="0"' in page
    assert 'data-live-cursor="' in page
    assert f"user:{agent.pk} inbox:" in page


def test_list_goes_on_after_its_last_row() -> None:
    agent, channel = make_user("agent"), make_channel()
    for number in range(27):
        make_conversation(channel, sender=f"p{number}@casa.example")
    client = signed_in(agent)
    first = body(client, "/inbox/?tab=all")
    assert first.count("data-row") == 25
    cursor = first.split("&amp;cursor=")[1].split('"')[0]
    rest = body(client, f"/inbox/?tab=all&cursor={cursor}", **HTMX)
    assert rest.count("data-row") == 2
    assert "<html" not in rest


@pytest.mark.parametrize("words", ["4711", "llegar", "maría", "ana.ruiz@casa", "MARÍA RUIZ"])
def test_search_finds_by_subject_words_and_person(words: str) -> None:
    agent = make_user("agent")
    wanted = make_conversation(
        subject="Pedido 4711", text="sigue sin llegar", name="María Ruiz", sender="ana.ruiz@casa.example"
    )
    other = make_conversation(subject="Factura", text="gracias", name="Ben Ode", sender="ben@otro.example")
    page = body(signed_in(agent), f"/inbox/?q={words}")
    assert f'id="row-{wanted.pk}"' in page
    assert f'id="row-{other.pk}"' not in page


def test_search_looks_through_resolved_ones_too() -> None:
    agent = make_user("agent")
    conversation = make_conversation(subject="Lámpara rota")
    conversations.resolve(conversation, by=agent)
    assert f'id="row-{conversation.pk}"' in body(signed_in(agent), "/inbox/?q=lámpara")


@pytest.mark.parametrize(("words", "found"), [("47%0011", True), ("%00factura", False)])
def test_search_for_what_no_database_keeps_is_one_for_what_is_left(words: str, found: bool) -> None:
    conversation = make_conversation(subject="Pedido 4711")
    page = body(signed_in(make_user("agent")), f"/inbox/?tab=all&q={words}")
    assert (f'id="row-{conversation.pk}"' in page) is found


def test_empty_tabs_teach() -> None:
    page = body(signed_in(make_user("agent")), "/inbox/?tab=mine")
    assert "Nothing waits for you" in page


def test_agent_of_another_team_sees_neither_row_nor_thread() -> None:
    from crm.models import Team

    sales = Team.objects.create(name="Wholesale")
    channel = make_channel(team=sales)
    conversation = make_conversation(channel, subject="Secreto")
    client = signed_in(make_user("agent"))
    assert "Secreto" not in body(client, "/inbox/?tab=all")
    assert "Secreto" not in body(client, "/inbox/?q=secreto")
    assert client.get(f"/inbox/{conversation.pk}/").status_code == 404
    inside = make_user("agent", team=sales)
    assert "Secreto" in body(signed_in(inside), "/inbox/?tab=all")


def test_sales_people_and_strangers_stay_outside() -> None:
    assert signed_in(make_user("sales")).get("/inbox/").status_code == 403
    response = Client().get("/inbox/")
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/inbox/")


@pytest.mark.django_db(transaction=True)
def test_thread_shows_messages_notes_and_events_in_order() -> None:
    agent = make_user("agent", first_name="Lola", last_name="Vidal")
    conversation = make_conversation(text="¿Dónde está mi pedido?")
    conversations.add_note(conversation, by=agent, body="El almacén dice viernes")
    conversations.assign(conversation, to=agent, by=agent)
    conversations.reply(conversation, by=agent, body="Llega el viernes")
    page = body(signed_in(agent), f"/inbox/{conversation.pk}/")
    thread = page.split(f'id="messages-{conversation.pk}"')[1].split("</ol>")[0]
    spoken = ["¿Dónde está mi pedido?", "El almacén dice viernes", "Assigned to Lola Vidal", "Llega el viernes"]
    assert [thread.find(text) for text in spoken] == sorted(thread.find(text) for text in spoken)
    assert all(text in thread for text in spoken)
    assert 'data-direction="note"' in thread
    assert 'data-state="queued"' in thread


def test_thread_folds_quotes_behind_the_new_part() -> None:
    agent = make_user("agent")
    conversation = make_conversation(text="Sí, gracias.\n\n> El lunes escribiste:\n> hola", reply_text="Sí, gracias.")
    page = body(signed_in(agent), f"/inbox/{conversation.pk}/")
    assert '<div class="bubble" data-plain dir="auto">Sí, gracias.</div>' in page
    assert "Show the whole message" in page


def test_thread_escapes_what_customers_write() -> None:
    agent = make_user("agent")
    attack = "<script>alert(1)</script>"
    conversation = make_conversation(subject=attack, text=attack, name=attack)
    page = body(signed_in(agent), f"/inbox/{conversation.pk}/")
    assert attack not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_long_thread_shows_its_end_and_fetches_earlier_messages() -> None:
    agent, channel = make_user("agent"), make_channel()
    conversation = make_conversation(channel, text="message 0")
    for number in range(1, 60):
        Message.objects.create(
            contact=conversation.contact, conversation=conversation, direction="note", text=f"message {number}."
        )
    client = signed_in(agent)
    page = body(client, f"/inbox/{conversation.pk}/")
    assert "message 59." in page
    assert "message 9." not in page
    before = page.split("?before=")[1].split('"')[0]
    earlier = body(client, f"/inbox/{conversation.pk}/?before={before}", **HTMX)
    assert "message 9." in earlier
    assert "message 10." not in earlier


def test_thread_costs_the_same_queries_for_one_and_three_messages() -> None:
    agent, client = make_user("agent"), Client()
    client.force_login(agent)
    short, long = make_conversation(), make_conversation()
    for _ in range(2):
        conversations.add_note(long, by=agent, body="note")
    costs = [cost(client, conversation) for conversation in (short, long)]
    assert costs[0] == costs[1]


def cost(client: Client, conversation: Conversation) -> int:
    """Of opening a thread the second time: the first time also writes how far it was read."""
    client.get(f"/inbox/{conversation.pk}/")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/inbox/{conversation.pk}/")
    return len(queries)


def test_opening_marks_as_read_for_this_colleague_only() -> None:
    one, other = make_user("agent"), make_user("agent")
    conversation = make_conversation()
    body(signed_in(one), f"/inbox/{conversation.pk}/")
    newest = Message.objects.get().pk
    assert list(Reading.objects.values_list("user_id", "last_message_id")) == [(one.pk, newest)]
    assert "data-unread" not in body(signed_in(one), "/inbox/")
    assert "data-unread" in body(signed_in(other), "/inbox/")


def test_htmx_gets_the_middle_pane_with_person_and_read_row_out_of_band() -> None:
    agent = make_user("agent")
    conversation = make_conversation()
    page = body(signed_in(agent), f"/inbox/{conversation.pk}/", **HTMX, **{"HX-Target": "thread-pane"})
    assert "<html" not in page
    assert "<title>" in page
    assert '<div id="person-pane" hx-swap-oob="innerHTML">' in page
    assert f'id="row-{conversation.pk}"' in page
    assert "data-unread" not in page


def test_page_and_fragment_are_never_mixed_up_by_a_cache() -> None:
    response = signed_in(make_user("agent")).get("/inbox/")
    assert "HX-Request" in response.headers["Vary"]
    assert "no-store" in response.headers["Cache-Control"]


def test_person_pane_shows_addresses_and_the_newest_of_the_story() -> None:
    agent = make_user("agent")
    conversation = make_conversation(sender="ana@casa.example", text="Hola, ¿hay alguien?")
    page = body(signed_in(agent), f"/inbox/{conversation.pk}/").split('id="person-pane"')[1]
    assert "ana@casa.example" in page
    assert "Wrote: Hola, ¿hay alguien?" in page


def test_person_pane_leaves_the_fate_of_each_mail_to_the_message() -> None:
    agent = make_user("agent")
    conversation = make_conversation(text="Hola")
    conversations.reply(conversation, by=agent, body="Ya sale.")
    deliveries.send_due()
    page = body(signed_in(agent), f"/inbox/{conversation.pk}/").split('id="person-pane"')[1]
    assert "Ya sale." in page
    assert "Message sent" not in page


def test_writing_first_opens_a_conversation_of_ones_own() -> None:
    agent, contact = make_user("agent"), make_contact("eva@casa.example")
    channel = make_channel()
    client = signed_in(agent)
    url = f"{reverse('new_conversation')}?contact={contact.pk}"
    page = body(client, url)
    key = page.split('name="client_id" value="')[1].split('"')[0]
    data = {"channel": channel.pk, "subject": "Tu pedido", "body": "Ya está en camino", "client_id": key}
    first, second = client.post(url, data), client.post(url, data)
    conversation = Conversation.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == f"/inbox/{conversation.pk}/"
    assert (conversation.assignee, conversation.subject) == (agent, "Tu pedido")
    assert Message.objects.get().delivery.address == "eva@casa.example"


def test_writing_first_reaches_somebody_by_the_address_of_a_merged_record() -> None:
    client, contact, channel = signed_in(make_user("agent")), crm.contact(email=""), make_channel()
    merge(make_contact("eva@casa.example"), into=contact, rule="by hand", evidence={}, by=None)
    url = f"{reverse('new_conversation')}?contact={contact.pk}"
    page = body(client, url)
    key = page.split('name="client_id" value="')[1].split('"')[0]
    client.post(url, {"channel": channel.pk, "subject": "Tu pedido", "body": "Ya está en camino", "client_id": key})
    assert Message.objects.get().delivery.address == "eva@casa.example"
    assert channel.name in body(client, f"/inbox/{Conversation.objects.get().pk}/")


def test_writing_first_says_what_is_missing() -> None:
    client, contact = signed_in(make_user("agent")), make_contact("eva@casa.example")
    url = f"{reverse('new_conversation')}?contact={contact.pk}"
    assert "No channel reaches this person" in body(client, url)
    make_channel()
    assert body(client, url).split("autofocus")[0].rpartition("<")[2].startswith('input type="text" name="subject"')
    response = client.post(url, {"subject": "", "body": ""})
    assert response.status_code == 422
    assert Conversation.objects.count() == 0


def test_writing_first_to_nobody_is_not_found() -> None:
    client = signed_in(make_user("agent"))
    assert client.get("/inbox/new/").status_code == 404
    assert client.get("/inbox/new/?contact=abc").status_code == 404


@pytest.mark.parametrize(("role", "may_connect"), [("admin", True), ("agent", False)])
def test_empty_inbox_without_a_channel_says_what_is_missing(role: str, may_connect: bool) -> None:
    page = body(signed_in(make_user(role)), "/inbox/?tab=all")

    assert "No channel yet" in page
    assert ("/admin/omnichannel/channel/add/" in page) is may_connect


def test_empty_inbox_with_a_channel_is_all_answered() -> None:
    make_channel()

    assert "All answered" in body(signed_in(make_user("agent")), "/inbox/?tab=all")


def test_message_without_a_word_says_so() -> None:
    conversation = make_conversation(text="")

    assert '<div class="bubble quiet">No text</div>' in body(
        signed_in(make_user("agent")), f"/inbox/{conversation.pk}/"
    )


def test_empty_house_teaches_no_keys_for_a_list_that_is_not_there(client: Client) -> None:
    page = client.get("/inbox/").content.decode()
    assert "Press j and k" not in page
    assert "Conversations are read here" in page
    make_conversation()
    assert "Press j and k" in client.get("/inbox/?tab=all").content.decode()

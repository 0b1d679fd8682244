"""The outbox viewer: what leaves, how far it got, and one more try."""

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Team, User
from omnichannel import outbox
from omnichannel.actions import conversations, deliveries, outgoing
from omnichannel.models import Conversation, Delivery, Message, Suppression
from omnichannel.tests.factories import make_channel, make_contact, make_conversation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> User:
    return make_user("agent")


@pytest.fixture
def client(agent: User) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def mailed(subject: str = "Tu encuesta", *, html: str = "") -> Delivery:
    channel = make_channel()
    contact = make_contact("eva@casa.example")
    sent = outgoing.send(
        contact_id=contact.pk,
        key=f"survey:{subject}",
        subject=subject,
        text="Hola: https://hilo.example/s/abc",
        channel=channel,
        html=html,
    )
    assert sent is not None
    return sent


def replied(agent: User, *, team: Team | None = None) -> Conversation:
    conversation = make_conversation(make_channel(team=team), subject="Pedido 4711")
    conversations.reply(conversation, by=agent, body="En camino")
    return conversation


def test_outbox_lists_replies_and_what_programs_sent(client: Client, agent: User) -> None:
    replied(agent)
    mailed()
    page = client.get("/outbox/").content.decode()
    assert "Re: Pedido 4711" in page
    assert "Tu encuesta" in page
    assert "eva@casa.example" in page


def test_outbox_says_that_nothing_leaves_without_a_mail_server(client: Client, settings: object) -> None:
    assert "Nothing leaves this machine" in client.get("/outbox/").content.decode()
    make_channel(kind="email")
    assert "Nothing leaves this machine" in client.get("/outbox/").content.decode()
    settings.SMTP_URL = "smtp://mail.example:25"  # type: ignore[attr-defined]
    assert "Nothing leaves this machine" not in client.get("/outbox/").content.decode()


def test_outbox_does_not_say_so_when_an_account_has_a_mail_server_of_its_own(client: Client) -> None:
    make_channel(kind="email", settings={"smtp_host": "mail.example"})
    page = client.get("/outbox/").content.decode()
    assert ("Nothing leaves this machine" in page, "stay here" in page) == (False, False)


def test_outbox_names_the_accounts_whose_messages_stay_while_others_send(client: Client) -> None:
    make_channel(kind="email", settings={"smtp_host": "mail.example"})
    kept = make_channel(kind="email")
    make_channel(kind="email", active=False)
    page = client.get("/outbox/").content.decode()
    assert "Nothing leaves this machine" not in page
    assert f"Messages of {kept.name} stay here" in page


def test_outbox_filters_by_state_and_words(client: Client) -> None:
    failed, queued = mailed("Una"), mailed("Otra")
    deliveries.report(failed, Delivery.State.FAILED, error="550 no such user")
    page = client.get("/outbox/?state=failed").content.decode()
    assert f'href="/outbox/{failed.pk}/"' in page
    assert f'href="/outbox/{queued.pk}/"' not in page
    assert f'href="/outbox/{queued.pk}/"' in client.get("/outbox/?q=otra").content.decode()


def test_outbox_searches_for_what_is_left_of_words_that_no_database_keeps(client: Client) -> None:
    delivery = mailed("Otra")
    assert f'href="/outbox/{delivery.pk}/"' in client.get("/outbox/?q=ot%00ra").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_outbox_costs_the_same_queries_for_one_and_three_rows(client: Client, rows: int) -> None:
    for number in range(rows):
        mailed(f"Encuesta {number}")
    client.get("/outbox/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/outbox/")
    assert len(queries) == 8, "\n".join(q["sql"][:160] for q in queries)


def test_detail_shows_text_with_links_headers_and_attempts(client: Client) -> None:
    delivery = mailed()
    page = client.get(f"/outbox/{delivery.pk}/").content.decode()
    assert '<a href="https://hilo.example/s/abc" rel="nofollow">' in page
    assert "Message-ID" in page
    assert "Not tried yet." in page
    assert deliveries.send_due() == 1
    assert "Attempt 1" in client.get(f"/outbox/{delivery.pk}/").content.decode()


def test_headers_are_those_that_a_reader_of_the_mail_would_see(agent: User) -> None:
    conversation = make_conversation(
        message_id="m2@casa.example", references=["m1@casa.example"], cc=["c@casa.example"]
    )
    message = conversations.reply(conversation, by=agent, body="En camino")
    way_out = "https://hilo.example/u/t"
    message.delivery.extra = {"reply_to": "case@hilo.example", "campaign": 7, "nothing": "", "unsubscribe_url": way_out}
    assert outbox.headers(message.delivery) == [
        ("From", message.sender),
        ("To", "ana@casa.example"),
        ("Cc", "c@casa.example"),
        ("Subject", "Re:"),
        ("Message-ID", f"<{message.message_id}>"),
        ("In-Reply-To", "<m2@casa.example>"),
        ("References", "<m1@casa.example> <m2@casa.example>"),
        ("Campaign", "7"),
        ("Reply-To", "case@hilo.example"),
        ("List-Unsubscribe", way_out),
    ]


def test_list_begins_with_the_newest_and_goes_on_on_the_next_page() -> None:
    first = mailed("0")
    message = {"contact": first.message.contact, "channel": first.channel, "direction": "outbound"}
    more = Message.objects.bulk_create(Message(**message) for _ in range(outbox.PAGE))
    made = Delivery.objects.bulk_create(
        Delivery(message=m, channel=first.channel, address="a", key=f"k{m.pk}") for m in more
    )
    page = outbox.page(make_user("agent"))
    assert page.rows == made[::-1]
    rest = outbox.page(make_user("agent"), cursor=page.next)
    assert (rest.rows, rest.next) == ([first], "")


@pytest.mark.parametrize(
    ("state", "search", "found"),
    [
        ("nonsense", "", {"Una", "Otra"}),
        ("failed", "otra", set()),
        ("", "100%", set()),
    ],
)
def test_state_and_words_hold_together(state: str, search: str, found: set[str]) -> None:
    deliveries.report(mailed("Una"), Delivery.State.FAILED)
    mailed("Otra")
    page = outbox.page(make_user("agent"), state=state, search=search)
    assert {delivery.message.subject for delivery in page.rows} == found


def test_html_of_a_mail_is_framed_like_any_other(client: Client) -> None:
    delivery = mailed(html='<p><a href="https://hilo.example/s/abc">Responder</a></p>')
    assert f'src="/outbox/{delivery.pk}/html/"' in client.get(f"/outbox/{delivery.pk}/").content.decode()
    response = client.get(f"/outbox/{delivery.pk}/html/")
    assert "sandbox allow-same-origin" in response.headers["Content-Security-Policy"]
    assert 'href="https://hilo.example/s/abc"' in response.content.decode()


def test_reason_is_told_in_the_readers_language(client: Client, agent: User) -> None:
    delivery = mailed()
    deliveries.report(delivery, Delivery.State.FAILED, error="The mail server refused the recipient: 550 no such user")
    User.objects.filter(pk=agent.pk).update(language="es")

    page = client.get(f"/outbox/{delivery.pk}/").content.decode()

    assert "El servidor de correo rechazó al destinatario: 550 no such user" in page


def test_failed_delivery_is_sent_again_on_request(client: Client) -> None:
    delivery = mailed()
    deliveries.report(delivery, Delivery.State.FAILED, error="550 mailbox full")
    assert "550 mailbox full" in client.get(f"/outbox/{delivery.pk}/").content.decode()
    response = client.post(f"/deliveries/{delivery.pk}/attempts/", headers={"HX-Request": "true"})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("queued", "")
    assert "it is sent again in a moment" in response.headers["HX-Trigger-After-Swap"]
    assert f'id="delivery-{delivery.message_id}"' in response.content.decode()


def test_what_may_not_go_is_not_sent_again_and_the_reader_is_told_who_can_lift_that(client: Client) -> None:
    delivery = mailed()
    deliveries.report(delivery, Delivery.State.BOUNCED, error="550 no such user")
    Suppression.objects.create(kind="email", address=delivery.address, reason="bounce")
    page = client.get(f"/outbox/{delivery.pk}/").content.decode()
    assert ("550 no such user" in page, "an administrator removes it" in page, "Send again" in page) == (
        *(True, True, False),
    )
    assert page.count("an administrator removes it") == 1
    response = client.post(f"/deliveries/{delivery.pk}/attempts/", headers={"HX-Request": "true"})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("bounced", "550 no such user")
    assert "an administrator removes it" in response.headers["HX-Trigger-After-Swap"]


def test_what_was_held_back_says_why_once(client: Client) -> None:
    delivery = mailed()
    Suppression.objects.create(kind="email", address=delivery.address, reason="bounce")
    Delivery.objects.update(due_at=Now())
    deliveries.send_due()
    page = client.get(f"/outbox/{delivery.pk}/").content.decode()
    assert page.count("an administrator removes it") == 1


def test_what_waits_for_its_next_try_is_not_said_to_have_failed(client: Client) -> None:
    delivery = mailed()
    Delivery.objects.update(error="451 come back later", due_at=Now())
    page = client.get(f"/outbox/{delivery.pk}/").content.decode()
    assert ("451 come back later" in page, "the next try is at" in page, "It did not arrive" in page) == (
        *(True, True, False),
    )


def test_what_has_arrived_is_not_sent_again(client: Client) -> None:
    delivery = mailed()
    deliveries.report(delivery, Delivery.State.DELIVERED)
    response = client.post(f"/deliveries/{delivery.pk}/attempts/", headers={"HX-Request": "true"})
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert "nothing to repeat" in response.headers["HX-Trigger-After-Swap"]


def test_replies_of_other_teams_are_not_found(client: Client) -> None:
    manager = make_user("manager")
    conversation = replied(manager, team=Team.objects.create(name="Wholesale"))
    delivery = Delivery.objects.get(message__conversation=conversation)
    assert client.get(f"/outbox/{delivery.pk}/").status_code == 404
    assert client.get(f"/outbox/{delivery.pk}/html/").status_code == 404
    assert client.post(f"/deliveries/{delivery.pk}/attempts/").status_code == 404
    assert "Pedido 4711" not in client.get("/outbox/").content.decode()


def test_outbox_and_api_show_an_agent_the_same(client: Client, agent: User) -> None:
    replied(make_user("manager"), team=Team.objects.create(name="Wholesale"))
    conversation = replied(agent)
    seen = {Delivery.objects.get(message__conversation=conversation).pk, mailed().pk}
    page = client.get("/outbox/").content.decode()
    assert {pk for pk in Delivery.objects.values_list("pk", flat=True) if f'href="/outbox/{pk}/"' in page} == seen
    assert {row["id"] for row in client.get("/api/v1/deliveries/").json()["results"]} == seen


def test_who_is_no_agent_sees_no_delivery() -> None:
    mailed()
    assert list(Delivery.objects.visible_to(make_user("sales"))) == []


def test_empty_outbox_teaches(client: Client) -> None:
    assert "Nothing here" in client.get("/outbox/").content.decode()


def test_only_web_addresses_of_a_header_are_links(client: Client) -> None:
    sent = mailed()
    page = client.get(f"/outbox/{sent.pk}/").content.decode()
    assert sent.message.message_id in page
    assert "mailto:" not in page
    assert '<a href="http' in page

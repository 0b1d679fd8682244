"""Killed in the middle: what left, what was filed and what is known of it afterwards (docs/architecture.md)."""

import asyncio
import json
import smtplib
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from omnichannel.actions import deliveries, inbound, outgoing
from omnichannel.channels.email.tests.mails import raw_mail
from omnichannel.doors import smtp as door
from omnichannel.models import Attempt, Delivery, Message, RawInbound
from omnichannel.tests.factories import ScriptedChannel, make_channel, make_contact
from tests.dying import begin, killed_at, was_killed
from tests.fakes.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)
PAST = "2020-01-01T00:00Z"


# --- out -----------------------------------------------------------------------------------------------------


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        settings.SMTP_URL = running.url
        yield running


def write(purpose: str) -> Delivery:
    contact, channel = make_contact("ana@casa.example"), make_channel(kind="email")
    delivery = outgoing.send(
        contact_id=contact.pk, key="k", subject="Hola", text="Bienvenida", purpose=purpose, channel=channel
    )
    assert delivery is not None
    return delivery


def sender_dies(failpoint: str) -> None:
    Delivery.objects.filter(due_at__isnull=False).update(due_at=PAST)
    assert killed_at(failpoint, deliveries.send_due)
    assert deliveries.send_due() == 0  # the dead sender's lease still holds


def lease_runs_out() -> None:
    Delivery.objects.filter(due_at__isnull=False).update(due_at=PAST)
    deliveries.send_due()
    Delivery.objects.filter(due_at__isnull=False).update(due_at=PAST)
    assert deliveries.send_due() == 0  # nothing is left to do


def outcome() -> tuple[str, str, list[tuple[int, str]]]:
    """State and error of the one delivery, and its attempts."""
    delivery = Delivery.objects.get()
    return delivery.state, delivery.error, list(Attempt.objects.order_by("number").values_list("number", "outcome"))


@pytest.mark.parametrize(("failpoint", "taken"), [("before_provider_call", 0), ("after_provider_call", 1)])
def test_sender_killed_with_a_transactional_mail_sends_it_once_more(sink: SmtpSink, failpoint: str, taken: int) -> None:
    write("transactional")
    sender_dies(failpoint)
    assert (outcome(), len(sink.accepted)) == (("queued", "", [(1, "")]), taken)

    lease_runs_out()
    assert (outcome(), len(sink.accepted)) == (("sent", "", [(1, ""), (2, "sent")]), taken + 1)
    assert len({accepted.mail["Message-ID"] for accepted in sink.accepted}) == 1  # mailboxes may show one


@pytest.mark.parametrize(("failpoint", "taken"), [("before_provider_call", 0), ("after_provider_call", 1)])
def test_sender_killed_with_a_marketing_mail_never_sends_it_again(sink: SmtpSink, failpoint: str, taken: int) -> None:
    write("marketing")
    sender_dies(failpoint)
    lease_runs_out()

    assert outcome() == ("unknown", deliveries.DIED, [(1, "")])
    assert len(sink.accepted) == taken


def test_sender_killed_twice_with_a_transactional_mail_leaves_it_to_somebody(sink: SmtpSink) -> None:
    write("transactional")
    for _ in range(2):
        sender_dies("after_provider_call")
    lease_runs_out()

    assert outcome() == ("unknown", deliveries.DIED, [(1, ""), (2, "")])
    assert len(sink.accepted) == 2


def test_provider_is_called_outside_of_any_transaction() -> None:
    outgoing.send(contact_id=make_contact().pk, key="k", subject="Hola", text="Hola", channel=make_channel())
    inside: list[bool] = []
    ScriptedChannel.sending.append(lambda _delivery: inside.append(connection.in_atomic_block))
    deliveries.send_due()

    assert inside == [False]


# --- in ------------------------------------------------------------------------------------------------------


def arrive(**fields: str) -> RawInbound:
    return inbound.receive_raw(channel_id=make_channel().pk, dedup_key="k1", body=json.dumps(fields).encode())


async def serve(listening: socket.socket) -> None:
    server = await asyncio.get_running_loop().create_server(door.make_door, sock=listening)
    await server.serve_forever()


def hand_in(mail: bytes, listening: socket.socket) -> None:
    """As the customer's mail server does."""
    host, port = listening.getsockname()
    with smtplib.SMTP(host, port, timeout=10) as client:
        client.sendmail("ana@casa.example", ["support@hilo.example"], mail)


def test_mail_whose_door_is_killed_unanswered_comes_again_and_is_one_message() -> None:
    make_channel(kind="email", address="support@hilo.example")
    mail = raw_mail("Hola\r\n")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dying = begin("after_raw_commit", lambda: asyncio.run(serve(listening)))
        with pytest.raises(smtplib.SMTPServerDisconnected):
            hand_in(mail, listening)
        assert was_killed(dying)
        assert RawInbound.objects.get().state == "received"

        standing = begin("", lambda: asyncio.run(serve(listening)))
        hand_in(mail, listening)
        standing.kill()
        standing.join()

    inbound.process_due()
    assert (RawInbound.objects.get().state, Message.objects.get().text.strip()) == ("processed", "Hola")


def test_reader_killed_after_parsing_leads_to_one_message() -> None:
    arrive(text="Hola")
    assert killed_at("after_parse", inbound.process_due)
    assert inbound.process_due() == 0  # the dead reader's lease still holds
    raw = RawInbound.objects.get()
    assert (raw.state, raw.attempts, Message.objects.count()) == ("received", 1, 0)

    RawInbound.objects.update(due_at=PAST)
    assert (inbound.process_due(), inbound.process_due()) == (1, 0)
    raw.refresh_from_db()
    assert (raw.state, raw.attempts, Message.objects.get().text) == ("processed", 2, "Hola")


def test_what_arrived_is_read_outside_of_any_transaction() -> None:
    arrive()
    inside: list[bool] = []
    ScriptedChannel.parsing.append(lambda _raw: inside.append(connection.in_atomic_block))
    inbound.process_due()

    assert inside == [False]


def test_what_arrives_is_not_acknowledged_inside_of_a_transaction_that_may_yet_fail() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        arrive()
    assert RawInbound.objects.count() == 0

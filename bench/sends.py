"""Out: queued mails to a mail server on this machine, and an agent's answer through the broker and a running worker."""

import os
import signal
import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from django.conf import settings

from bench.measurement import Measurement, Scale, seconds
from config.roles import PAGES
from config.supervisor import forking
from config.supervisor.options import parse
from config.supervisor.programs import ENVIRONMENT
from crm.models import Contact, Identity, User
from omnichannel.actions import conversations, deliveries, mailings
from omnichannel.actions.mailings import Mailing
from omnichannel.models import Channel, Conversation, Delivery, Inbox
from tests.fakes.smtp_sink import SmtpSink

MAILS = {"small": 500, "full": 5_000}
ANSWERS = {"small": 40, "full": 200}
PATIENCE = 30  # seconds
TEXT = "Hola, Ana: salió ayer del almacén y llega mañana. Perdona la espera."


def measure(scale: Scale) -> Iterator[Measurement]:
    with SmtpSink() as sink:
        os.environ["HILO_SMTP_URL"] = settings.SMTP_URL = sink.url
        channel, people = _channel(), _people(MAILS[scale])
        bare = len(people) / seconds(lambda: _send_plainly(sink, len(people)))
        mailings.send_many([_mailing(pk) for pk in people], channel=channel)
        rate = len(people) / seconds(_send_all)
        assert Delivery.objects.filter(state="sent").count() == len(people)
        note = "claim, attempt, SMTP, result; baseline: smtplib on one connection to the same server"
        yield Measurement.single(
            "sends", "sends_per_second", rate, "mails/s", scale=scale, n=len(people), baseline=bare, note=note
        )
        with _worker():
            times = list(_answers(sink, channel, people[: ANSWERS[scale]]))
    note = "an agent's answer committed → taken by the mail server, through broker and worker"
    yield Measurement.of("sends", "answer_to_sent", times, "s", scale=scale, note=note)


def _channel() -> Channel:
    box = Inbox.objects.create(name="Support")
    return Channel.objects.create(kind="email", name="Support", address="support@hilo.example", inbox=box)


def _people(number: int) -> list[int]:
    people = Contact.objects.bulk_create([Contact(first_name="Ana") for _ in range(number)])
    addresses = [(person, f"ana{person.pk}@post.example") for person in people]
    Identity.objects.bulk_create(
        [Identity(contact=person, kind="email", value=address, display=address) for person, address in addresses]
    )
    return [person.pk for person in people]


def _mailing(contact_id: int) -> Mailing:
    return Mailing(
        contact_id=contact_id,
        key=f"bench:{contact_id}",
        subject="Tu pedido",
        text=TEXT,
        purpose=Delivery.Purpose.TRANSACTIONAL,
    )


def _send_plainly(sink: SmtpSink, number: int) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=30) as client:
        for n in range(number):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "support@hilo.example", f"ana{n}@post.example", "Tu pedido"
            mail.set_content(TEXT)
            client.send_message(mail)


def _send_all() -> None:
    while deliveries.send_due():
        pass


@contextmanager
def _worker() -> Iterator[None]:
    """As `bin/up` starts it, with two processes."""
    options = parse(["--data", os.environ["HILO_DATA"]])
    process = forking.fork("worker", options, ENVIRONMENT | {"HILO_ROLE": PAGES})
    threading.Thread(target=process.stdout.read, daemon=True).start()  # what it says fills no pipe
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(sink: SmtpSink, channel: Channel, people: list[int]) -> Iterator[float]:
    """Seconds of each answer; the first one, which waits for the worker to start, is left out."""
    agent = User.objects.create_user("bench@casa.example", "a long password", roles=("agent",))
    for number, contact_id in enumerate(people):
        conversation = Conversation.objects.create(contact_id=contact_id, inbox=channel.inbox, subject="Pedido")
        before, began = len(sink.accepted), time.perf_counter()
        conversations.reply(conversation, by=agent, body=TEXT, channel=channel, client_id=f"bench-{number}")
        while len(sink.accepted) == before:
            if time.perf_counter() - began > PATIENCE:
                raise AssertionError(f"Answer {number} did not leave within {PATIENCE} s.")
            time.sleep(0.001)
        if number:
            yield time.perf_counter() - began

"""In: from a client's SMTP dialogue to `250 Stored`, and from the stored mail to the message in its conversation."""

import asyncio
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from django.db import connection

from bench.measurement import Measurement, Scale, seconds
from omnichannel.actions import inbound
from omnichannel.doors.smtp import make_door
from omnichannel.models import Channel, Inbox, Message

MAILS = {"small": 300, "full": 3_000}
ADDRESS = "support@hilo.example"
BODY = "Sigue sin llegar, y ya van dos semanas.\n\nAna\n\n> On Monday you wrote:\n> It left our store today.\n"


def measure(scale: Scale) -> Iterator[Measurement]:
    number = MAILS[scale]
    box = Inbox.objects.create(name="Support")
    channel = Channel.objects.create(kind="email", name="Support", address=ADDRESS, inbox=box)
    mails = [_mail(n) for n in range(number)]
    bare = number / seconds(lambda: _insert(channel, mails))
    with _door() as port:
        rate = number / seconds(lambda: _deliver(port, mails))
    note = "one connection, each mail committed before its 250; baseline: the same bytes by one INSERT each"
    yield Measurement.single(
        "mail", "acknowledged_per_second", rate, "mails/s", scale=scale, n=number, baseline=bare, note=note
    )
    rate = number / seconds(_process)
    assert Message.objects.count() == number
    note = "parsed in the sandbox, person and conversation found or made, facts published"
    yield Measurement.single("mail", "processed_per_second", rate, "mails/s", scale=scale, n=number, note=note)


def _mail(number: int) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Ana Ruiz <ana{number % 100}@post.example>"
    mail["To"] = ADDRESS
    mail["Subject"] = f"Pedido {number}"
    mail["Message-ID"] = f"<{number}@post.example>"
    mail.set_content(BODY)
    mail.add_alternative(f"<p>{BODY}</p>", subtype="html")
    return mail


@contextmanager
def _door() -> Iterator[int]:
    """The product's own SMTP door, on a port of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        return await loop.create_server(make_door, "127.0.0.1", 0)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    yield int(server.sockets[0].getsockname()[1])
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def _deliver(port: int, mails: list[EmailMessage]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        for mail in mails:
            client.send_message(mail)


def _insert(channel: Channel, mails: list[EmailMessage]) -> None:
    """Into a table that looks like that of raw mails: what committing each of them takes alone."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_raw (id bigserial PRIMARY KEY, channel bigint, key text UNIQUE, body bytea)")
        for number, mail in enumerate(mails):
            cursor.execute(
                "INSERT INTO bench_raw (channel, key, body) VALUES (%s, %s, %s)",
                [channel.pk, str(number), mail.as_bytes()],
            )


def _process() -> None:
    while inbound.process_due():
        pass

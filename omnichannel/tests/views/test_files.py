"""Files that an agent sends along: kept, shown, sent, and refused when they are too much."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.models import Event
from omnichannel.actions import deliveries
from omnichannel.models import Attachment, Conversation, Delivery, Message
from omnichannel.tests.factories import make_channel, make_contact, make_conversation
from tests.fakes.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        settings.SMTP_URL = running.url
        yield running


def file(name: str = "factura.pdf", content: bytes = b"%PDF-1.7", kind: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def write(client: Client, conversation: Conversation, **data: Any) -> Any:
    return client.post(f"/conversations/{conversation.pk}/messages/", data, headers=HTMX)


def complaint(response: Any) -> str:
    return str(json.loads(response.headers["HX-Trigger-After-Swap"])["toast"]["text"])


def kept(message: Message) -> list[tuple[str, str, int, bytes]]:
    rows = message.attachments.order_by("pk")
    return [(row.filename, row.content_type, row.size, row.file.read()) for row in rows]


@pytest.mark.django_db(transaction=True)
def test_files_of_a_reply_reach_the_customer_as_they_were_chosen(client: Client, sink: SmtpSink) -> None:
    conversation = make_conversation(make_channel(kind="email"), sender="ana@casa.example")
    response = write(
        client, conversation, body="Aquí va", attachments=[file(), file("año.txt", b"ni\xc3\xb1o", "text/plain")]
    )
    deliveries.send_due()
    mail = sink.accepted[0].mail
    assert [(p.get_filename(), p.get_content_type(), p.get_payload(decode=True)) for p in mail.iter_attachments()] == [
        ("factura.pdf", "application/pdf", b"%PDF-1.7"),
        ("año.txt", "text/plain", b"ni\xc3\xb1o"),
    ]
    assert mail.get_body(("plain",)).get_content().strip() == "Aquí va"  # type: ignore[union-attr]
    page = response.content.decode()
    assert all(name in page for name in ("factura.pdf", "año.txt"))


def test_files_are_kept_like_those_that_arrive(client: Client) -> None:
    conversation = make_conversation()
    write(client, conversation, body="Aquí va", attachments=[file()])
    message = conversation.messages.get(direction="outbound")
    assert kept(message) == [("factura.pdf", "application/pdf", 8, b"%PDF-1.7")]
    assert str(message.attachments.get().file).startswith("attachments/")


def test_note_keeps_its_files_inside(client: Client) -> None:
    conversation = make_conversation()
    page = write(client, conversation, body="Del almacén", private="on", attachments=[file()]).content.decode()
    note = conversation.messages.get(direction="note")
    assert (kept(note)[0][0], Delivery.objects.count()) == ("factura.pdf", 0)
    assert f'href="/attachments/{note.attachments.get().pk}/"' in page


def test_message_may_be_files_alone_and_is_told_by_their_names(client: Client) -> None:
    conversation = make_conversation()
    assert write(client, conversation, body="", attachments=[file(), file("b.pdf")]).status_code == 200
    conversation.refresh_from_db()
    assert conversation.preview == "factura.pdf, b.pdf"
    assert Event.objects.get(name="message.sent").properties["excerpt"] == "factura.pdf, b.pdf"


def test_sending_twice_keeps_the_files_once(client: Client) -> None:
    conversation = make_conversation()
    for _ in range(2):
        write(client, conversation, body="Aquí va", client_id="same", attachments=[file()])
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("count", "size", "sentence"),
    [
        (11, 1, "A message takes up to 10 files; these are 11."),
        (2, 11 << 20, "The files are too large: together they may have 20\xa0MB."),
        (0, 0, "Write something first."),
    ],
    ids=["many", "large", "nothing"],
)
def test_too_much_or_nothing_is_refused_and_writes_nothing(
    client: Client, count: int, size: int, sentence: str
) -> None:
    conversation = make_conversation()
    files = [file(content=b"x" * size) for _ in range(count)]
    response = write(client, conversation, body="Aquí va" if files else " ", attachments=files)
    assert (response.status_code, complaint(response)) == (422, sentence)
    assert (conversation.messages.count(), Attachment.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ("image/svg+xml; charset=utf-8", "image/svg+xml"),
        ("", "application/octet-stream"),
        ("text/ht ml", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
    ],
)
def test_type_is_taken_only_if_it_is_one(client: Client, said: str, believed: str) -> None:
    conversation = make_conversation()
    chosen = file("a")
    chosen.content_type = said
    write(client, conversation, body="x", attachments=[chosen])
    assert Attachment.objects.get().content_type == believed


def test_first_message_to_somebody_takes_files_too(client: Client) -> None:
    channel, contact = make_channel(), make_contact("eva@casa.example")
    fields = {"channel": channel.pk, "subject": "Oferta", "body": "Aquí va", "client_id": "n1", "attachments": [file()]}
    assert client.post(f"/inbox/new/?contact={contact.pk}", fields).status_code == 302
    assert kept(Message.objects.get(contact=contact))[0][0] == "factura.pdf"

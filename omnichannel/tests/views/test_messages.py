"""A message's HTML and its files: what the browser is allowed to do with them."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from crm.models import Team
from omnichannel.models import Attachment, Message
from omnichannel.tests.factories import make_channel, make_conversation, make_user

pytestmark = pytest.mark.django_db
REMOTE = '<p>Hola</p><img data-remote-src="https://tracker.example/p.png" alt="logo">'


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("agent"))
    return client


def html_message(html: str) -> Message:
    return make_conversation(html=html).messages.get()


def attached(content_type: str, **fields: object) -> Attachment:
    message = make_conversation().messages.get()
    return Attachment.objects.create(
        message=message,
        file=ContentFile(b"bytes", name="file"),
        filename="foto.png",
        content_type=content_type,
        size=5,
        **fields,
    )


def test_html_is_shown_in_a_closed_room(client: Client) -> None:
    response = client.get(f"/messages/{html_message(REMOTE).pk}/html/")
    policy = response.headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    )
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert ' src="https://tracker.example' not in response.content.decode()


OURS = (
    "\n<!doctype html>\n<html><head><style>@media (prefers-color-scheme: dark) {}</style></head><body>Hi</body></html>"
)


def test_mail_that_our_templates_wrote_is_shown_as_it_was_sent_in_the_same_closed_room(client: Client) -> None:
    message = html_message(OURS)
    Message.objects.update(automatic=True, direction="outbound")
    response = client.get(f"/messages/{message.pk}/html/?images=1")
    assert response.content.decode() == OURS.replace("<head>", '<head><base target="_blank">')
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; form-action 'none';")
    assert policy.endswith("sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox")


@pytest.mark.parametrize("written", [{"automatic": True}, {"direction": "outbound"}])
def test_mail_that_somebody_else_wrote_is_cleaned_whatever_it_looks_like(
    client: Client, written: dict[str, object]
) -> None:
    message = html_message(OURS)
    Message.objects.update(**written)
    assert "prefers-color-scheme" not in client.get(f"/messages/{message.pk}/html/").content.decode()


def test_remote_pictures_come_only_when_asked_for(client: Client) -> None:
    response = client.get(f"/messages/{html_message(REMOTE).pk}/html/?images=1")
    assert 'src="https://tracker.example/p.png"' in response.content.decode()
    assert "img-src data: 'self' http: https:;" in response.headers["Content-Security-Policy"]


def test_thread_says_how_many_pictures_are_held_back(client: Client) -> None:
    message = html_message(REMOTE * 2)
    page = client.get(f"/inbox/{message.conversation_id}/").content.decode()
    assert "2 pictures from other servers are not loaded" in page
    assert f'target="frame-{message.pk}"' in page


def test_scripts_in_stored_html_do_not_come_out(client: Client) -> None:
    message = html_message('<p onclick="x()">Hola<script>alert(1)</script></p>')
    page = client.get(f"/messages/{message.pk}/html/").content.decode()
    assert "alert(1)" not in page
    assert "onclick" not in page


def test_inline_picture_of_a_mail_is_its_own_attachment(client: Client) -> None:
    message = html_message('<img data-attachment="0" alt="foto">')
    attachment = Attachment.objects.create(
        message=message, file=ContentFile(b"x", name="f"), filename="f.png", content_type="image/png", size=1
    )
    page = client.get(f"/messages/{message.pk}/html/").content.decode()
    assert f'src="/attachments/{attachment.pk}/?inline=1"' in page


def test_attachment_is_a_download_whatever_it_says_it_is(client: Client) -> None:
    response = client.get(f"/attachments/{attached('text/html').pk}/?inline=1")
    assert b"".join(response.streaming_content) == b"bytes"  # type: ignore[attr-defined]
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == 'attachment; filename="foto.png"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"


@pytest.mark.parametrize(("kind", "shown"), [("image/png", True), ("image/svg+xml", False), ("application/pdf", False)])
def test_only_safe_pictures_are_shown_in_the_browser(client: Client, kind: str, shown: bool) -> None:
    response = client.get(f"/attachments/{attached(kind).pk}/?inline=1")
    assert response.headers["Content-Disposition"].startswith("inline") is shown
    assert (response.headers["Content-Type"] == kind) is shown


def test_picture_is_downloaded_unless_asked_to_be_shown(client: Client) -> None:
    response = client.get(f"/attachments/{attached('image/png').pk}/")
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_messages_and_files_of_other_teams_are_not_found(client: Client) -> None:
    conversation = make_conversation(make_channel(team=Team.objects.create(name="Wholesale")), html="<p>x</p>")
    message = conversation.messages.get()
    file = Attachment.objects.create(message=message, file=ContentFile(b"x", name="f"), filename="f", size=1)
    assert client.get(f"/messages/{message.pk}/html/").status_code == 404
    assert client.get(f"/attachments/{file.pk}/").status_code == 404

"""Files in the composer: chosen, dropped, pasted, taken out again, refused with a reason, sent and seen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from omnichannel.models import Attachment, Conversation
from omnichannel.tests.factories import make_channel, make_conversation, make_user
from tests.browser.conftest import OpenAs
from tests.fakes.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)

BRING = """([event, name]) => {
  const data = new DataTransfer()
  data.items.add(new File(["bytes of " + name], name, { type: "image/png" }))
  const detail = { bubbles: true, cancelable: true, [event === "paste" ? "clipboardData" : "dataTransfer"]: data }
  const happens = event === "paste" ? new ClipboardEvent(event, detail) : new DragEvent(event, detail)
  document.querySelector(event === "paste" ? ".composer textarea" : ".thread-page .pane-body").dispatchEvent(happens)
}"""


@pytest.fixture
def lola(transactional_db: None) -> User:
    return make_user("agent", first_name="Lola", last_name="Vidal")


@pytest.fixture
def conversation(transactional_db: None) -> Conversation:
    return make_conversation(make_channel(kind="email"), sender="ana@casa.example")


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        settings.SMTP_URL = running.url
        yield running


def ready(page: Page) -> Page:
    page.locator(".composer[data-takes-files]").wait_for()
    return page


def chosen(page: Page) -> list[str]:
    return page.locator(".composer-files [data-name]").all_inner_texts()


def test_files_are_chosen_removed_and_sent(
    open_as: OpenAs, lola: User, conversation: Conversation, sink: SmtpSink, work: Callable[[], None], tmp_path: Path
) -> None:
    for name in ("factura.pdf", "plano.txt"):
        (tmp_path / name).write_bytes(b"bytes of " + name.encode())
    page = ready(open_as(lola, f"/inbox/{conversation.pk}/"))
    page.locator(".composer-attach input").set_input_files([tmp_path / "factura.pdf", tmp_path / "plano.txt"])
    page.evaluate(BRING, ["drop", "foto.png"])
    page.evaluate(BRING, ["paste", "captura.png"])
    expect(page.locator(".composer-files li")).to_have_count(4)
    page.get_by_role("button", name="Remove: plano.txt").click()
    assert chosen(page) == ["factura.pdf", "foto.png", "captura.png"]
    expect(page.locator(".composer-files [data-size]").first).to_have_text("20 bytes")

    with page.expect_response("**/messages/"):
        page.get_by_role("button", name="Send").click()
    message = page.locator('.message[data-direction="out"]:not([data-pending])')
    expect(message.locator(".attachment")).to_have_count(3)
    expect(page.locator(".composer-files li")).to_have_count(0)
    work()
    files = {part.get_filename(): part.get_payload(decode=True) for part in sink.accepted[0].mail.iter_attachments()}
    assert files == {name: b"bytes of " + name.encode() for name in ("factura.pdf", "foto.png", "captura.png")}


def test_file_beside_a_picture_is_no_taller_than_alone(open_as: OpenAs, lola: User, conversation: Conversation) -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="150"/>'
    page = ready(open_as(lola, f"/inbox/{conversation.pk}/"))
    file = '<a class="attachment">factura.pdf</a>'
    beside = f'<a class="attachment-picture"><img alt="" src="data:image/svg+xml,{quote(picture)}"></a>{file}'
    show = "html => document.querySelector('.thread').insertAdjacentHTML('beforeend', html)"
    page.evaluate(show, f'<li class="attachments">{beside}</li><li class="attachments">{file}</li>')

    expect(page.locator(".attachment-picture img")).to_have_js_property("complete", True)
    heights = page.locator("li .attachment").evaluate_all("all => all.map((file) => file.offsetHeight)")
    assert heights == [heights[0], heights[0]]


def test_too_much_is_left_out_with_a_reason_and_text_stays(
    open_as: OpenAs, lola: User, conversation: Conversation, tmp_path: Path
) -> None:
    (tmp_path / "film.mov").write_bytes(b"x" * (21 << 20))
    page = ready(open_as(lola, f"/inbox/{conversation.pk}/"))
    page.locator(".composer textarea").fill("Aquí va")
    page.locator(".composer-attach input").set_input_files(tmp_path / "film.mov")
    expect(page.locator("[data-complaint]")).to_contain_text("«film.mov» was left out: all files together may have 20")
    expect(page.locator(".composer textarea")).to_have_value("Aquí va")
    assert chosen(page) == []
    for number in range(11):
        page.evaluate(BRING, ["drop", f"{number}.png"])
    expect(page.locator("[data-complaint]")).to_contain_text("A message takes up to 10 files.")
    assert len(chosen(page)) == 10


def test_refused_message_gives_text_and_files_back(open_as: OpenAs, lola: User, conversation: Conversation) -> None:
    page = ready(open_as(lola, f"/inbox/{conversation.pk}/"))
    conversation.messages.update(identity=None)
    conversation.contact.identities.all().delete()
    page.evaluate(BRING, ["drop", "foto.png"])
    page.locator(".composer textarea").fill("Aquí va")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("No active channel reaches this person")
    expect(page.locator(".composer-files [data-name]")).to_have_text("foto.png")
    expect(page.locator(".composer textarea")).to_have_value("Aquí va")
    assert Attachment.objects.count() == 0

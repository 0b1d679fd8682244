"""Every hostile mail, opened as an agent would: no script runs, nothing foreign is fetched, no policy is broken."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from omnichannel.actions import inbound
from omnichannel.models import Channel, Conversation, Message, RawInbound
from omnichannel.tests.factories import make_channel, make_user
from tests.browser.conftest import Elsewhere, OpenAs
from tests.corpus.make_mails import FOLDER

pytestmark = pytest.mark.django_db(transaction=True)
MAILS = sorted(FOLDER.glob("*.eml"))
BROKEN = """() => [window, ...[...document.querySelectorAll("iframe")].map(frame => frame.contentWindow)]
    .some(place => place.broken !== undefined)"""
OPEN_ALL = """() => document.querySelectorAll("details").forEach(part => { part.open = true })"""
ALL_SHOWN = """() => [...document.querySelectorAll("iframe")].every(frame =>
    frame.contentDocument?.readyState === "complete" && frame.contentDocument.location.href !== "about:blank")"""


def file_all(channel: Channel) -> None:
    for path in MAILS:
        inbound.receive_raw(channel_id=channel.pk, dedup_key=path.name, body=path.read_bytes(), meta={})
    while inbound.process_due():
        pass


def watch(page: Page) -> list[str]:
    """Addresses asked for outside the product, from now on."""
    home, foreign = urlsplit(page.url).netloc, []

    def note(request: Request) -> None:
        if urlsplit(request.url).netloc not in ("", home):
            foreign.append(request.url)

    page.context.on("request", note)
    return foreign


def read(page: Page, path: str) -> None:
    page.goto(path)
    page.evaluate(OPEN_ALL)
    page.wait_for_function(ALL_SHOWN)


def open_from_list(page: Page, number: int) -> None:
    """As an agent does: a click on the row, the thread beside the list."""
    page.evaluate("number => document.getElementById(`row-${number}`).click()", number)
    page.wait_for_selector(f'#thread-pane [data-conversation="{number}"]', state="attached")
    page.evaluate(OPEN_ALL)
    page.wait_for_function(ALL_SHOWN)


def show_whole_list(page: Page, rows: int) -> None:
    while page.locator("[id^=row-]").count() < rows:
        before = page.locator("[id^=row-]").count()
        page.locator(".list-more").evaluate("more => more.click()")
        page.wait_for_function("before => document.querySelectorAll('[id^=row-]').length > before", arg=before)


def test_no_hostile_mail_does_anything(open_as: OpenAs, elsewhere: Elsewhere) -> None:
    agent, channel = make_user("agent", "admin"), make_channel(kind="email", address="support@hilo.example")
    elsewhere(file_all, channel)
    filed = Message.objects.count()
    quarantined = RawInbound.objects.filter(state="quarantined").count()
    assert filed + quarantined == len(MAILS)
    assert filed > 60  # most of them must be shown, or this test looks at nothing

    page = open_as(agent, "/inbox/?tab=all")
    assert page.evaluate(f"() => {{ window.broken = 1; return ({BROKEN})() }}") is True  # it would be noticed
    foreign = watch(page)
    read(page, page.url)  # what was broken on purpose is whole again
    conversations = list(Conversation.objects.order_by("pk"))
    show_whole_list(page, len(conversations))
    for conversation in conversations:
        open_from_list(page, conversation.pk)
        assert page.evaluate(BROKEN) is False, conversation.subject
    home = page.url.split("/inbox/")[0]
    for path in ("/quarantine/", "/outbox/", f"/contacts/{Message.objects.first().contact_id}/", "/inbox/?q=script"):  # type: ignore[union-attr]
        read(page, home + path)
        assert page.evaluate(BROKEN) is False, path
    assert foreign == []

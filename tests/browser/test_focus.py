"""The keyboard's place: what has the focus is exchanged all the time; nobody starts again at the top of the page."""

import pytest
from playwright.sync_api import Page, expect

from crm.actions import consents
from crm.models import User
from crm.tests.factories import task
from omnichannel.actions import conversations
from omnichannel.channels.base import InboundMessage
from omnichannel.models import Channel, Conversation
from omnichannel.tests.factories import inbound, make_conversation
from tests.browser.conftest import Elsewhere, OpenAs, live

pytestmark = pytest.mark.django_db(transaction=True)


PLACE = """() => {
    const it = document.activeElement
    return `${it.localName} ${it.name || it.id || it.getAttribute("aria-label") || it.textContent.trim()}`
}"""


TOP = "element => element.getBoundingClientRect().top"


def stands(page: Page, place: str) -> None:
    """`place`: how it begins: its element, and what it is called."""
    page.wait_for_function(f"place => ({PLACE})().startsWith(place)", arg=place, timeout=5_000)


def act(page: Page, key: str, place: str, method: str = "POST") -> None:
    """Presses a key on what has the focus, waits for what it asks of the server, and says where one stands then."""
    with page.expect_response(lambda found: found.request.method == method and "/presence/" not in found.url) as answer:
        page.keyboard.press(key)
    answer.value.finished()
    page.wait_for_timeout(100)
    stands(page, place)


def written(channel: Channel) -> Conversation:
    """A conversation with more messages than are shown at once, in a list with more rows than are."""
    for number in range(28):
        make_conversation(channel, sender=f"p{number}@casa.example", message_id=f"m{number}@casa.example")
    long = make_conversation(channel, sender="ana@casa.example", message_id="q0@casa.example")
    for number in range(60):
        conversations.receive(channel, again(f"Nº {number}"))
    return long


def again(text: str) -> InboundMessage:
    return inbound(text=text, sender="ana@casa.example", in_reply_to="q0@casa.example")


def test_focus_stays_where_it_was_in_the_inbox(
    open_as: OpenAs, lola: User, channel: Channel, elsewhere: Elsewhere
) -> None:
    long = elsewhere(written, channel)
    page = live(open_as(lola, f"/inbox/{long.pk}/?tab=all"))

    page.get_by_role("button", name="Resolve", exact=True).focus()
    act(page, "Enter", "button Reopene")
    page.locator("[data-undo]:visible").focus()
    act(page, "Enter", "button Resolve", "DELETE")
    page.locator(".thread-assignee select").focus()
    act(page, "ArrowDown", "select assignee")
    elsewhere(conversations.assign, long, to=None, by=lola)
    expect(page.locator(".thread-assignee select")).to_have_value("")
    stands(page, "select assignee")

    earlier = page.get_by_role("button", name="Earlier messages")
    earlier.focus()
    read = page.locator(".message").first
    known, before = read.get_attribute("id"), read.evaluate(TOP)
    act(page, "Enter", f"li message-{long.messages.earliest('pk').pk}", "GET")
    assert abs(page.locator(f"#{known}").evaluate(TOP) - before) < 2

    elsewhere(
        conversations.receive,
        channel,
        inbound(text="¡Gracias!", sender="ana@casa.example", in_reply_to="q0@casa.example"),
    )
    expect(page.get_by_role("button", name="1 new")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="1 new").click()
    expect(page.locator(".message").last).to_be_in_viewport()
    expect(page.get_by_role("button", name="1 new")).to_have_count(0)
    page.locator(".list-more").focus()
    act(page, "Enter", "a row-", "GET")
    assert page.evaluate("document.activeElement.previousElementSibling.matches('.inbox-row')")

    page.evaluate("document.activeElement.blur()")
    act(page, "E", "button Resolve")  # the other one of the two, where the live screen was faster
    page.locator(".pane-body[tabindex]").focus()
    page.locator("h2").first.evaluate("element => document.querySelector('#thread-pane').replaceChildren(element)")
    stands(page, "h2 ")


def test_focus_stays_where_it_was_on_a_persons_page(open_as: OpenAs, lola: User, channel: Channel) -> None:
    contact = make_conversation(channel, sender="ana@casa.example").contact
    for title in ("Call back", "Write back"):
        task(contact=contact, owner=lola, title=title)
    for purpose in ("news", "offers"):
        consents.record(contact.pk, channel="email", purpose=purpose, state="granted", source="test")
    page = live(open_as(lola, f"/contacts/{contact.pk}/"))

    page.locator(".task-item input").first.focus()
    act(page, "Space", "input Done: Write back")
    page.locator(".note-form textarea").fill("Knows our warehouse")
    page.get_by_role("button", name="Keep note").focus()
    act(page, "Enter", "button Keep note")
    page.locator(".consent-list button").nth(1).focus()
    act(page, "Enter", "button Grant")
    assert page.evaluate("[...document.querySelectorAll('.consent-list button')].indexOf(document.activeElement)") == 1
    page.locator("#story .chip").nth(1).focus()
    act(page, "Enter", "a ", "GET")
    expect(page.locator("#story .chip").nth(1)).to_be_focused()
    page.get_by_role("button", name="Edit", exact=True).focus()
    act(page, "Enter", "input ", "GET")
    page.locator("#contact-details form").get_by_role("button", name="Cancel").focus()
    act(page, "Enter", "button Edit", "GET")

    page.get_by_role("button", name="Edit", exact=True).click()
    page.locator("#contact-details form").wait_for()
    page.locator("h1").first.click()  # beside everything: nothing has the focus, and nothing takes it
    page.evaluate("document.querySelector('#contact-details form').remove()")
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.matches('body, main')")

"""The live island against a scripted server: what it asks, what it applies, how it comes back."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from config.views.gallery_inbox import NOWHERE
from tests.look.conftest import Open

THREAD = f"#messages-{NOWHERE}"
TOAST = json.dumps({"toast": {"level": "success", "text": "Done."}})


class Server:
    """Speaks the protocol of kernel/realtime.py; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.sockets: list[WebSocketRoute] = []

    def route(self, page: Page) -> None:
        page.route_web_socket("**/ws/", self.accept)

    def accept(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(lambda text: self.asked.append(json.loads(text)))

    def say(self, **message: Any) -> None:
        self.sockets[-1].send(json.dumps(message))


def wait(page: Page, condition: Callable[[], bool]) -> None:
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("It did not happen within 5 s.")


def connected(open_page: Open) -> tuple[Page, Server]:
    server = Server()
    page = open_page("/gallery/", before=server.route)
    wait(page, lambda: bool(server.asked))
    return page, server


def test_live_subscribes_and_says_so(open_page: Open) -> None:
    page, server = connected(open_page)
    assert server.asked == [{"type": "subscribe", "topics": [], "cursor": None}]
    expect(page.locator(".shell-header .live")).to_have_attribute("data-state", "live")


def test_live_hears_at_once_that_the_browser_is_offline(open_page: Open) -> None:
    page, server = connected(open_page)
    badge = page.locator(".shell-header .live")
    expect(badge).to_have_attribute("data-state", "live")
    page.evaluate("dispatchEvent(new Event('offline'))")
    assert badge.get_attribute("data-state") == "offline"
    server.say(type="tick", cursor="41-0", lag=0.0)  # from this very machine, say
    expect(badge).to_have_attribute("data-state", "live")
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.evaluate("dispatchEvent(new Event('online'))")
    assert badge.get_attribute("data-state") == "live"


def test_live_applies_fragments_and_mounts_their_islands(open_page: Open) -> None:
    page, server = connected(open_page)
    html = (
        f'<ol hx-swap-oob="beforeend:{THREAD}">'
        '<li id="new"><button popovertarget="g-menu" data-island="menu">x</button></li></ol>'
        '<h3 id="nowhere" hx-swap-oob="true">not on this page</h3>'
    )
    server.say(type="fragments", html=html, cursor="8-0")
    expect(page.locator(f"{THREAD} > #new button")).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#nowhere")).to_have_count(0)


def test_live_replaces_what_it_is_told_to_add_twice(open_page: Open) -> None:
    page, server = connected(open_page)
    for text in ("first", "second"):
        html = f'<ol hx-swap-oob="beforeend:{THREAD}"><li id="message-7">{text}</li></ol>'
        server.say(type="fragments", html=html, cursor="8-0")
        expect(page.locator("#message-7")).to_have_text(text)
    expect(page.locator("#message-7")).to_have_count(1)


def test_live_puts_what_comes_twice_in_one_push_where_it_stands_since_the_first(open_page: Open) -> None:
    """A new conversation is opened and answered at once: its row comes with both events, and stands there once."""
    page, server = connected(open_page)
    html = "".join(
        f'<li id="row-7" hx-swap-oob="true">{text}</li>'
        f'<ol hx-swap-oob="beforeend:{THREAD}:not(:has(#row-7))"><li id="row-7">{text}</li></ol>'
        for text in ("asked", "answered")
    )
    server.say(type="fragments", html=html, cursor="8-0")
    expect(page.locator("#row-7")).to_have_text("answered")
    expect(page.locator("#row-7")).to_have_count(1)  # and no complaint, which open_page looks for


def test_live_does_not_look_for_what_it_has_just_taken_away(open_page: Open) -> None:
    """A row leaves its list with one event, and the next event of the same push brings it again."""
    page, server = connected(open_page)
    server.say(type="fragments", html=f'<ol hx-swap-oob="beforeend:{THREAD}"><li id="row">a</li></ol>', cursor="8-0")
    expect(page.locator("#row")).to_have_text("a")
    html = f'<div hx-swap-oob="delete:{THREAD} #row"></div><li id="row" hx-swap-oob="true">b</li>'
    server.say(type="fragments", html=html, cursor="9-0")
    expect(page.locator("#row")).to_have_count(0)  # and no complaint, which open_page looks for


def test_answer_to_a_button_that_live_has_replaced_meanwhile_is_no_complaint(open_page: Open) -> None:
    """The fixture fails for a fragment whose place is looked for in vain."""
    page, server = connected(open_page)
    button, held = '<button id="asker" hx-get="/slow/" hx-swap="none"{}>{}</button>', list[Route]()
    page.route("**/slow/", lambda route: held.append(route))
    fresh = button.format("", "ask")
    server.say(type="fragments", html=f'<div hx-swap-oob="afterbegin:main">{fresh}</div>', cursor="8-0")
    page.locator("#asker").click()
    wait(page, lambda: bool(held))
    server.say(type="fragments", html=button.format(' hx-swap-oob="true"', "again"), cursor="9-0")
    expect(page.locator("#asker")).to_have_text("again")
    held[0].fulfill(body='<p id="nowhere" hx-swap-oob="true">x</p>', headers={"HX-Trigger-After-Swap": TOAST})
    expect(page.locator("#toasts")).to_contain_text("Done.")


def test_live_asks_again_when_the_page_shows_other_things(open_page: Open) -> None:
    page, server = connected(open_page)
    html = f'<ol hx-swap-oob="beforeend:{THREAD}"><li data-live-topics="conversation:12 inbox:1"></li></ol>'
    server.say(type="fragments", html=html, cursor="8-0")
    wait(page, lambda: len(server.asked) == 2)
    assert server.asked[1] == {"type": "subscribe", "topics": ["conversation:12", "inbox:1"], "cursor": "8-0"}


def test_live_runs_no_script_of_a_fragment(open_page: Open) -> None:
    page, server = connected(open_page)
    html = f'<ol hx-swap-oob="beforeend:{THREAD}"><li id="bad"><script>document.title = "ran"</script></li></ol>'
    server.say(type="fragments", html=html, cursor="8-0")
    expect(page.locator("#bad")).to_have_count(1)
    assert page.title() != "ran"


def test_live_counts_by_deltas_and_never_below_zero(open_page: Open) -> None:
    page, server = connected(open_page)
    page.evaluate("document.querySelector('main .count').dataset.counter = 'mine'")
    page.evaluate("document.querySelector('main .count').dataset.count = 2")
    server.say(type="counters", deltas={"mine": 3})
    expect(page.locator("[data-counter=mine]")).to_have_text("5")
    server.say(type="counters", deltas={"mine": -9})
    expect(page.locator("[data-counter=mine]")).to_be_hidden()


def test_live_comes_back_and_asks_for_what_it_missed(open_page: Open) -> None:
    page, server = connected(open_page)
    server.say(type="tick", cursor="41-0", lag=0.0)
    page.wait_for_timeout(100)
    server.sockets[0].close(code=1012)
    expect(page.locator(".shell-header .live")).to_have_attribute("data-state", "offline")
    wait(page, lambda: len(server.asked) == 2)
    assert server.asked[1]["cursor"] == "41-0"
    expect(page.locator(".shell-header .live")).to_have_attribute("data-state", "live")


def test_live_says_behind_when_the_server_lags(open_page: Open) -> None:
    page, server = connected(open_page)
    server.say(type="tick", cursor="41-0", lag=30.0)
    expect(page.locator(".shell-header .live")).to_have_attribute("data-state", "behind")


def test_live_fetches_parts_again_on_reload(open_page: Open) -> None:
    page, server = connected(open_page)
    asks = 'hx-get="/gallery/?part" hx-trigger="live:reload" hx-target="this" hx-swap="none"'
    part = f'<p id="part" data-live-refresh {asks}></p>'
    server.say(type="fragments", html=f'<ol hx-swap-oob="beforeend:{THREAD}"><li>{part}</li></ol>', cursor="8-0")
    expect(page.locator("#part")).to_have_count(1)
    with page.expect_request("**/gallery/?part"):
        server.say(type="reload")


def test_live_stops_asking_after_being_signed_out(open_page: Open) -> None:
    page, server = connected(open_page)
    server.sockets[0].close(code=4401)
    expect(page.locator("#toasts .toast")).to_contain_text("You have been signed out.")
    page.wait_for_timeout(1500)
    assert len(server.sockets) == 1

"""The product as people use it: web and WebSocket in a process of their own on the test's database, a browser for each
colleague, and the background work done by the test itself, so that nothing depends on waiting."""

import re
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, expect

from crm.ledger import consume
from crm.models import Team, User
from crm.tasks import drain_consumers
from kernel import realtime
from kernel.breaker import Breaker
from omnichannel.actions import deliveries, inbound
from omnichannel.models import Channel
from omnichannel.tests.factories import ScriptedChannel, make_channel, make_user
from tests.chromium import Ear, Pages
from tests.web import serving

OpenAs = Callable[..., Page]
Elsewhere = Callable[..., Any]
Entrance = Callable[..., Page]
ScriptedChannel.reset()


@pytest.fixture(autouse=True)
def every_poke_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """One from the test's own thread fails, as Playwright's loop runs there, and must not hold back the others."""
    monkeypatch.setattr(realtime, "_layer", Breaker(pause=0.0))


@pytest.fixture(scope="session")
def web(django_db_setup: None, bundle: Path) -> Generator[str]:
    """The address of the web process that most tests share."""
    with serving() as url:
        yield url


@pytest.fixture
def complaints() -> list[str]:
    """Errors and policy reports from any console; a test that opens pages fails if there are any."""
    return []


@pytest.fixture
def open_as(transactional_db: None, pages: Pages, web: str, complaints: list[str]) -> Generator[OpenAs]:
    """`open_as(user, "/inbox/")`: a browser of this colleague's own."""

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not re.search(r"\b(409|422)\b", message.text):
            complaints.append(message.text)

    def opened(user: User, path: str, *, width: int = 1280, scheme: str = "light") -> Page:
        phone = width < 500
        ears: dict[str, Ear] = {"console": listen, "pageerror": lambda error: complaints.append(str(error))}
        size = (width, 844 if phone else 800)
        page = pages.lend(size=size, scheme=scheme, ears=ears, has_touch=phone, is_mobile=phone)
        page.context.add_cookies([{"url": web, "name": settings.SESSION_COOKIE_NAME, "value": session_of(user)}])
        page.goto(web + path)
        return page

    yield opened
    pages.take_back()
    assert complaints == []


@pytest.fixture
def entrance(transactional_db: None, pages: Pages, web: str, complaints: list[str]) -> Generator[Entrance]:
    """`entrance()`: a stranger's browser. Under a name: passkeys do not work for numeric addresses."""

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    def opened(path: str = "/accounts/login/", host: str = "localhost") -> Page:
        ears: dict[str, Ear] = {"console": listen, "pageerror": lambda error: complaints.append(str(error))}
        page = pages.lend(size=(1280, 720), ears=ears)
        page.set_default_timeout(10_000)
        page.goto(web.replace("127.0.0.1", host) + path)
        return page

    yield opened
    pages.take_back()
    assert complaints == []


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def elsewhere(transactional_db: None) -> Generator[Elsewhere]:
    """`elsewhere(verb, …)` in a thread of its own, as another process would call it: Playwright's loop runs in the
    test's own thread, where nothing can be sent to the channel layer."""
    with ThreadPoolExecutor(1) as pool:

        def run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            return pool.submit(function, *args, **kwargs).result()

        yield run
        pool.submit(connections.close_all).result()


@pytest.fixture
def work(elsewhere: Elsewhere) -> Callable[[], None]:
    """What the worker would do now: read what came in, react, send what is due."""

    def done() -> None:
        consume.ensure_cursors()
        inbound.process_due()
        drain_consumers()
        deliveries.send_due()
        drain_consumers()

    return lambda: elsewhere(done)


@pytest.fixture
def team(transactional_db: None) -> Team:
    return Team.objects.create(name="Support")


@pytest.fixture
def lola(team: Team) -> User:
    return make_user("agent", team=team, first_name="Lola", last_name="Vidal")


@pytest.fixture
def nuno(team: Team) -> User:
    return make_user("agent", team=team, first_name="Nuno", last_name="Paz")


@pytest.fixture
def channel(team: Team) -> Channel:
    return make_channel(team=team, kind="email")


def live(page: Page) -> Page:
    expect(page.locator(".shell-header .live")).to_have_attribute("data-state", "live", timeout=15_000)
    page.wait_for_load_state("networkidle")  # its islands are loaded: a key pressed before them is heard by nobody
    return page

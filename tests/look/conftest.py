"""A browser and a signed-in page of the running product."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from crm.models import User
from crm.tests.factories import user

Open = Callable[..., Page]
Before = Callable[[Page], None]


@pytest.fixture
def colleague(transactional_db: None) -> User:
    return user("agent", "admin")


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of; a test that uses `open_page` fails if there is anything in it."""
    return []


@pytest.fixture
def open_page(
    browser: Browser, bundle: Path, live_server: LiveServer, colleague: User, complaints: list[str]
) -> Generator[Open]:
    client = Client()
    client.force_login(colleague, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        # The WSGI test server has no sockets; the live badge then says "offline", which is right.
        if message.type in {"error", "warning"} and "WebSocket" not in message.text:
            complaints.append(message.text)

    def opened(path: str, *, width: int = 1280, signed_in: bool = True, before: Before | None = None) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, has_touch=width < 500, is_mobile=width < 500
        )
        contexts.append(context)
        if signed_in:
            context.add_cookies([{**session, "url": live_server.url}])  # type: ignore[typeddict-item]
        page = context.new_page()
        if before:
            before(page)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []

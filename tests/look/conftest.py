"""A browser and a signed-in page of the running product."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from crm.models import User
from crm.tests.factories import user
from tests.chromium import Ear, Pages

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
    pages: Pages, bundle: Path, live_server: LiveServer, colleague: User, complaints: list[str]
) -> Generator[Open]:
    client = Client()
    client.force_login(colleague, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    altered: list[Page] = []

    def listen(message: ConsoleMessage) -> None:
        # The WSGI test server has no sockets; the live badge then says "offline", which is right.
        if message.type in {"error", "warning"} and "WebSocket" not in message.text:
            complaints.append(message.text)

    def opened(path: str, *, width: int = 1280, signed_in: bool = True, before: Before | None = None) -> Page:
        phone = width < 500
        ears: dict[str, Ear] = {"console": listen, "pageerror": lambda error: complaints.append(str(error))}
        page = pages.lend(size=(width, 900), ears=ears, has_touch=phone, is_mobile=phone)
        if signed_in:
            page.context.add_cookies([{**session, "url": live_server.url}])  # type: ignore[typeddict-item]
        if before:
            altered.append(page)
            before(page)
        page.goto(live_server.url + path)
        return page

    yield opened
    for page in altered:
        page.close()
    pages.take_back()
    assert complaints == []

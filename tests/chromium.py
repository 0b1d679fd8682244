"""A Chromium for each module of browser tests, gone with the module: Playwright keeps an event loop running in the
thread of the tests, and whatever comes after it would believe that it is called from async code."""

import os
import shutil
import subprocess
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Error, Page, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("HILO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
FLAGS += ["--disable-component-update", "--disable-sync"]
# One process draws all pages: starting one for each context is a tenth of the work.
FLAGS += ["--renderer-process-limit=1", "--disable-site-isolation-trials"]


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    if not Path(CHROMIUM).is_file():
        how = "Chromium is missing: apt-get install chromium-headless-shell, or set HILO_CHROMIUM to another one"
        (pytest.fail if os.environ.get("HILO_REQUIRE_BROWSER") else pytest.skip)(how)
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as environment:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


Ear = Callable[[Any], None]
FORGET = "() => { localStorage.clear(); sessionStorage.clear() }"


class Pages:
    """Each page lent is one of a browser that knows nobody. A new browser costs half a second of a processor, one that
    an earlier test gave back and that was made to forget it a fifth of that."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.free: dict[str, list[Page]] = {}
        self.lent: list[tuple[str, Page, dict[str, Ear]]] = []

    def lend(self, *, size: tuple[int, int], ears: dict[str, Ear], scheme: str = "light", **options: Any) -> Page:
        """`options`: those of a browser context. `ears`: by event, called until the page is given back. A page to which
        a test does more than that is to be closed by it."""
        kind = repr(options)
        free = self.free.get(kind)
        page = free.pop() if free else self.browser.new_context(**options).new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.mouse.move(0, 0)
        for event, ear in ears.items():
            page.on(event, ear)  # type: ignore[call-overload]
        self.lent.append((kind, page, ears))
        return page

    def take_back(self) -> None:
        while self.lent:
            kind, page, ears = self.lent.pop()
            for event, ear in ears.items():
                page.remove_listener(event, ear)
            try:
                forget(page)
            except Error:  # closed by its test
                page.context.close()
            else:
                self.free.setdefault(kind, []).append(page)


def forget(page: Page) -> None:
    """Raises Error where that is not possible."""
    for other in page.context.pages:
        if other != page:
            other.close()
    page.unroute_all()
    with suppress(Error):  # without scripts nothing was kept
        page.evaluate(FORGET)
    page.goto("about:blank")
    page.context.clear_cookies()


@pytest.fixture(scope="module")
def pages(browser: Browser) -> Pages:
    return Pages(browser)


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The built front end; built now where a checkout has none yet."""
    built = Path(settings.BASE_DIR) / "build" / "static"
    if not (built / "app.js").exists():
        subprocess.run(["node", "static/build.mjs"], cwd=settings.BASE_DIR, check=True)
    return built

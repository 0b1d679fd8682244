"""A Chromium for each module of browser tests, gone with the module: Playwright keeps an event loop running in the
thread of the tests, and whatever comes after it would believe that it is called from async code."""

import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

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


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The built front end; built now where a checkout has none yet."""
    built = Path(settings.BASE_DIR) / "build" / "static"
    if not (built / "app.js").exists():
        subprocess.run(["node", "static/build.mjs"], cwd=settings.BASE_DIR, check=True)
    return built

"""Tests run on real servers of their own, started before Django's settings are loaded and gone afterwards."""

import os

import pytest

from config.services.processes import settle
from tests import servers

servers.start()
servers.load_django()
pytest_plugins = ["tests.chromium", "tests.databases"]
# Examples are there to be copied; the recipes' tests run the copies.
LONGEST_ID = 60
collect_ignore_glob = ["*/_example/*"]


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: somebody always waits for a browser, a server that starts, a process that
    ends."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a browser is marked so: `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_collection_finish() -> None:
    """What collecting made stays till the end: the garbage collector would walk through all of it again and again."""
    settle()


def pytest_make_parametrize_id(val: object) -> str | None:
    """A long parameter is called by its beginning: escaping mails of many kilobytes takes seconds."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return repr(val[:LONGEST_ID])
    return None


def pytest_unconfigure() -> None:
    servers.stop()

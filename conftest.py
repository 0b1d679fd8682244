"""Tests run on real servers of their own, started before Django's settings are loaded and gone afterwards."""

from collections.abc import Generator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests import servers

servers.start()
servers.load_django()
pytest_plugins = ["tests.chromium"]
# Examples are there to be copied; the recipes' tests run the copies.
LONGEST_ID = 60
collect_ignore_glob = ["*/_example/*"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Generator[None]:
    """This worker's database, copied from a template that is migrated once."""
    from tests import databases

    with django_db_blocker.unblock():
        databases.create()
    yield
    with django_db_blocker.unblock():
        databases.drop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a browser is marked so: `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_make_parametrize_id(val: object) -> str | None:
    """A long parameter is called by its beginning: escaping mails of many kilobytes takes seconds."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return repr(val[:LONGEST_ID])
    return None


def pytest_unconfigure() -> None:
    servers.stop()

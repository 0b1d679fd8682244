"""A Valkey that is away or hangs is asked once in a while, and pages answer without it."""

from collections.abc import Generator

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.test import Client, override_settings

from config import cache as hints
from crm.models import AccountMail
from crm.tests import factories
from kernel.breaker import Breaker
from tests.fakes.silent_server import SilentServer


@pytest.fixture(params=[True, False], ids=["away", "hanging"])
def server(request: pytest.FixtureRequest) -> Generator[SilentServer]:
    with SilentServer(refuses=request.param) as server, pointed_at(server.url):
        yield server


def pointed_at(url: str) -> override_settings:
    return override_settings(CACHES={"default": {"BACKEND": "config.cache.HintCache", "LOCATION": url}})


def test_cache_without_a_server_finds_nothing_and_asks_once(server: SilentServer) -> None:
    answers = [
        cache.get("a", "nothing"),
        cache.add("a", 1),
        cache.incr("a", 3),
        cache.touch("a"),
        cache.delete("a"),
        cache.get_many(["a", "b"]),
        "a" in cache,
        cache.set_many({"a": 1}),
        cache.get_or_set("a", 7),
    ]
    cache.set("a", 1)
    cache.delete_many(["a"])
    cache.clear()

    assert answers == ["nothing", True, 3, False, False, {}, False, ["a"], 7]
    assert server.tries == (0 if server.refuses else 1)


def test_cache_asks_again_after_the_pause(server: SilentServer) -> None:
    cache.get("a")
    backend = caches["default"]
    assert isinstance(backend, hints.HintCache)
    assert backend.breaker.is_open

    backend.breaker = Breaker(pause=0.0)

    assert not backend.breaker.is_open
    assert cache.get("a", "still nothing") == "still nothing"
    assert server.tries == (0 if server.refuses else 2)


def test_cache_with_a_server_keeps_what_it_is_told() -> None:
    cache.set("test:hint", {"a": 1})

    assert cache.get("test:hint") == {"a": 1}
    assert cache.incr("test:count") if cache.add("test:count", 1) else False
    cache.delete_many(["test:hint", "test:count"])
    with pytest.raises(ValueError, match="not found"):
        cache.incr("test:count")


@pytest.mark.django_db
def test_pages_and_signing_in_work_without_a_cache(server: SilentServer) -> None:
    colleague = factories.user("agent", email="ana@hilo.example")
    colleague.set_password("a long enough secret")
    colleague.save()
    client = Client()

    login = client.post("/accounts/login/", {"login": colleague.email, "password": "a long enough secret"})
    pages = [client.get(path).status_code for path in ("/tasks/", "/contacts/", "/accounts/sessions/")]

    assert (login.status_code, pages) == (302, [200, 200, 200])
    assert server.tries <= 1
    assert AccountMail.objects.count() == 0


def test_settings_use_it() -> None:
    assert settings.CACHES["default"]["BACKEND"] == "config.cache.HintCache"

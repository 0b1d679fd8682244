"""Who opens a customer page: which address counts, which language they get, how often they may come."""

from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from crm.models import Contact
from feedback.views.visitors import at_most, chosen_language, client_address, language_for


def request(path: str = "/", *, accepts: str = "", **meta: Any) -> HttpRequest:
    made = RequestFactory().get(path, headers={"Accept-Language": accepts}, **meta)
    made.LANGUAGE_CODE = "en"  # as the middleware says
    return made


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "made-up, 203.0.113.9", "203.0.113.9"),
        (2, "made-up, 203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, " , ", "192.0.2.1"),
    ],
)
def test_address_is_what_the_outermost_trusted_proxy_saw(
    settings: Settings, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies

    assert client_address(request(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)) == address


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("", ""),
        ("?lang=es", "es"),
        ("?lang=ES-mx", "es"),
        ("?lang=es_MX", "es"),
        ("?lang=fr", ""),
        ("?lang=", ""),
        ("?lang=esperanto", ""),
        ("?lang=../en", ""),
    ],
)
def test_language_is_chosen_among_those_that_the_product_speaks(query: str, chosen: str) -> None:
    assert chosen_language(request(f"/{query}")) == chosen


def test_language_of_the_form_comes_before_that_of_the_address() -> None:
    posted = RequestFactory().post("/?lang=en", {"lang": "es"})

    assert chosen_language(posted) == "es"


@pytest.mark.parametrize(
    ("query", "own", "accepts", "spoken"),
    [
        ("?lang=en", "es", "es", "en"),
        ("", "es_MX", "en", "es"),
        ("", "fr", "es", "es"),
        ("", "", "fr, es;q=0.5, en;q=0.1", "es"),
        ("", "", "fr", "en"),
        ("?lang=fr", "es", "en", "es"),
    ],
)
def test_page_is_in_the_language_chosen_else_known_else_asked_for(
    query: str, own: str, accepts: str, spoken: str
) -> None:
    assert language_for(request(f"/{query}", accepts=accepts), Contact(language=own)) == spoken


def test_stranger_is_spoken_to_as_the_browser_asks() -> None:
    assert language_for(request(accepts="es-AR"), None) == "es"


@at_most(2, seconds=60)
def door(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


@at_most(2, seconds=60)
def other_door(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


def test_each_address_is_counted_for_each_page_by_itself() -> None:
    cache.clear()
    visits = [door(request(REMOTE_ADDR="192.0.2.1")).status_code for _ in range(3)]

    assert visits == [200, 200, 429]
    assert door(request(REMOTE_ADDR="192.0.2.2")).status_code == 200
    assert other_door(request(REMOTE_ADDR="192.0.2.1")).status_code == 200


def test_who_is_slowed_down_is_told_when_to_come_back() -> None:
    cache.clear()
    *_, slow = [door(request(REMOTE_ADDR="192.0.2.1")) for _ in range(3)]

    assert slow["Retry-After"] == "60"
    assert slow.content != b"in"


def test_without_the_cache_everybody_may_come(settings: Settings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1"}}

    assert [door(request()).status_code for _ in range(3)] == [200] * 3

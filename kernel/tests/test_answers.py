"""What views tell htmx, and which pages the main navigation names to whom."""

import json
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext_lazy

from kernel import navigation
from kernel.answers import by_htmx, toast
from kernel.navigation import items_for, nav
from kernel.policies import managers_only, public, signed_in


def asked(**headers: str) -> HttpRequest:
    return RequestFactory().get("/", headers=headers)


@pytest.mark.parametrize(("value", "answer"), [("true", True), ("false", False), ("1", False)])
def test_request_is_by_htmx_when_it_says_exactly_so(value: str, answer: bool) -> None:
    assert by_htmx(asked(HX_Request=value)) is answer
    assert not by_htmx(asked())


def told(response: HttpResponse) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(response["HX-Trigger-After-Swap"])
    return content


def test_toast_is_told_after_the_swap_and_leaves_the_answer_as_it_is() -> None:
    response = toast(HttpResponse("<p>Done</p>", status=201), "Resolved.")

    assert (response.status_code, response.content) == (201, b"<p>Done</p>")
    assert told(response) == {"toast": {"level": "success", "text": "Resolved."}}
    assert "HX-Trigger" not in response


def test_toast_may_be_taken_back_by_one_request() -> None:
    response = toast(HttpResponse(), "Resolved.", level="info", undo=("DELETE", "/conversations/1/resolution/"))

    assert told(response)["toast"] == {
        "level": "info",
        "text": "Resolved.",
        "undo": {"method": "DELETE", "url": "/conversations/1/resolution/"},
    }


def test_toast_in_any_language_fits_into_a_header() -> None:
    """Headers hold Latin-1 only."""
    response = toast(HttpResponse(), "Añadido: “Łukasz” 🙂")

    assert response["HX-Trigger-After-Swap"].isascii()
    assert told(response)["toast"]["text"] == "Añadido: “Łukasz” 🙂"


def test_lazy_words_become_those_of_the_reader() -> None:
    with translation.override("es"):
        text = told(toast(HttpResponse(), gettext_lazy("Save")))["toast"]["text"]

    assert text == "Guardar"


class Colleague:
    is_authenticated = is_active = True

    def __init__(self, role: str) -> None:
        self.role = role

    def has_role(self, *roles: str) -> bool:
        return self.role in roles


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_items", {})


@pytest.mark.usefixtures("empty")
def test_navigation_names_what_a_role_may_open_in_its_order() -> None:
    nav("settings", "Settings", icon="gear", policy=managers_only, order=30)
    nav("contacts", "Contacts", icon="people", policy=signed_in, order=20)
    nav("inbox", "Inbox", icon="inbox", policy=signed_in, order=10, counter="inbox-mine")

    shown = {role: [item.label for item in items_for(Colleague(role))] for role in ("agent", "manager", "stranger")}

    assert shown == {"agent": ["Inbox", "Contacts"], "manager": ["Inbox", "Contacts", "Settings"], "stranger": []}
    assert [item.counter for item in items_for(Colleague("agent"))] == ["inbox-mine", ""]


@pytest.mark.usefixtures("empty")
def test_page_that_is_named_twice_stands_there_once() -> None:
    nav("inbox", "Post", icon="inbox", policy=public, order=10)
    nav("inbox", "Inbox", icon="inbox", policy=public, order=20)

    assert [(item.label, item.order) for item in items_for(Colleague("agent"))] == [("Inbox", 20)]


def test_every_page_of_the_navigation_can_be_opened() -> None:
    """A view that was renamed would break each page that shows it."""
    assert all(item.url.startswith("/") for item in items_for(Colleague("admin")))

"""Lines as the configured logging prints them."""

import io
import json
import logging
from collections.abc import Callable, Generator
from typing import Any

import pytest
from django.test import Client

from crm.ledger.publishing import Recorded, because_of
from crm.tests import factories

log = logging.getLogger("omnichannel.test")
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Generator[Lines]:
    """What was printed since the test began."""
    printing = next(handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler)
    printed = io.StringIO()
    before = printing.setStream(printed)
    yield lambda: [json.loads(line) for line in printed.getvalue().splitlines()]
    printing.setStream(before or printing.stream)


def test_ids_that_a_line_is_given_are_in_it(lines: Lines) -> None:
    log.warning("mailbox cannot be read", extra={"channel_id": 7, "failures": 3})

    [line] = lines()
    assert (line["event"], line["channel_id"], line["failures"]) == ("mailbox cannot be read", 7, 3)
    assert (line["logger"], line["level"]) == ("omnichannel.test", "warning")


@pytest.mark.django_db
def test_line_of_a_request_carries_the_id_that_the_answer_names(client: Client, lines: Lines) -> None:
    answer = client.get("/nothing/?q=Ana")

    [line] = lines()
    assert (line["event"], line["status_code"]) == ("Not Found: an unknown path", 404)
    assert line["request_id"] == answer["X-Request-ID"]


def test_line_of_a_reaction_names_the_event_that_caused_it(lines: Lines) -> None:
    with because_of(Recorded(4711, 1)):
        log.warning("node failed")
    log.warning("nobody's fault")

    assert [line.get("cause_id") for line in lines()] == [4711, None]


def test_addresses_are_hidden_wherever_they_stand(lines: Lines) -> None:
    try:
        raise ValueError("no mailbox luis@casa.example")
    except ValueError:
        log.exception("to %s", "ana@casa.example", extra={"error": "550 <eva@casa.example> unknown", "raw_id": 3})

    [line] = lines()
    assert (line["event"], line["error"], line["raw_id"]) == ("to <address>", "550 <<address>> unknown", 3)
    assert "ValueError: no mailbox <address>" in line["exception"]


def test_what_the_database_quotes_of_a_statement_or_a_row_is_left_out(lines: Lines) -> None:
    quoted = "LINE 1: ...retname', 'Hushed'\nDETAIL:  Row contains (Hushed).\nCONTEXT:  JSON data, line 1: Hushed"
    log.warning("invalid input syntax\n%s\nHINT:  none", quoted)

    [line] = lines()
    assert line["event"] == (
        "invalid input syntax\nLINE 1: <left out>\nDETAIL: <left out>\nCONTEXT: <left out>\nHINT:  none"
    )


def test_phone_numbers_are_hidden_and_other_figures_are_not(lines: Lines) -> None:
    log.warning("to +34 600 111 999, +34600111999 and +1 (555) 010-9999 in 1754000000 at 10:00:00+00:00")

    [line] = lines()
    assert line["event"] == "to <phone>, <phone> and <phone> in 1754000000 at 10:00:00+00:00"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("post", "/s/1mY6xTokenOfASurvey", "Not Found: /s/<str:token>"),
        ("put", "/s/1mY6xTokenOfASurvey", "Method Not Allowed (PUT): /s/<str:token>"),
        ("get", "/nope/+34600111999", "Not Found: an unknown path"),
        ("get", "/nope/Nuria Gil", "Not Found: an unknown path"),
        ("get", "/nope/Begoña Núñez", "Not Found: an unknown path"),
        ("get", "/contacts/7/Ana", "Not Found: an unknown path"),
    ],
)
def test_line_of_a_refused_request_says_the_route_and_not_the_path(
    client: Client, lines: Lines, method: str, path: str, said: str
) -> None:
    getattr(client, method)(path)

    assert [line["event"] for line in lines()] == [said]


@pytest.mark.django_db
def test_forged_and_malformed_requests_name_no_token_either(lines: Lines) -> None:
    Client(enforce_csrf_checks=True).post("/accounts/password/reset/key/7-token/", {"password1": "x"})
    Client(headers={"host": "else.example"}).get("/s/1mY6xTokenOfASurvey")

    printed = json.dumps(lines())
    assert "Forbidden (CSRF cookie not set.): /accounts/password/reset/key/" in printed
    assert "Invalid HTTP_HOST header" in printed
    assert not any(token in printed for token in ("7-token", "1mY6x"))


@pytest.mark.django_db
def test_whole_objects_that_libraries_attach_are_left_out(client: Client, lines: Lines) -> None:
    """Django attaches the request, whose address holds what somebody searched for; Celery a task's arguments."""
    client.get("/nothing/?q=Ana")
    log.error("task failed", extra={"data": {"args": "('Ana',)"}})

    assert "Ana" not in json.dumps(lines())


@pytest.mark.django_db
def test_refused_page_is_one_line_without_where_it_was_refused(client: Client, lines: Lines) -> None:
    client.force_login(factories.user("agent"))
    client.get("/gallery/")

    [line] = lines()
    assert (line["level"], line["event"]) == ("warning", "Forbidden (Permission denied): /gallery/")
    assert "exception" not in line


def test_line_about_an_error_still_says_where(lines: Lines) -> None:
    try:
        raise LookupError("no such shelf")
    except LookupError:
        logging.getLogger("django.request").exception("Internal Server Error: /shelf/")

    [line] = lines()
    assert "LookupError: no such shelf" in line["exception"]

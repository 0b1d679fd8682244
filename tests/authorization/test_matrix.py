"""Every address × method × role × own, hidden or deleted object, as matrix.yaml says; a refusal changes nothing.

The world is built once, in a transaction that is never committed; what is admitted runs in a savepoint and is undone.
"""

import json
from collections.abc import Generator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import DjangoDbBlocker

from crm.models import Contact
from tests import world
from tests.authorization import matrix
from tests.authorization.matrix import MATRIX, Case, Entry
from tests.authorization.rows import Rows, writes


class Visitors:
    """A client for each role, signed in once."""

    def __init__(self, company: world.World) -> None:
        self.clients = {role: self._client(company, role) for role in matrix.roles()}

    def _client(self, company: world.World, role: str) -> Client:
        scopes = {"reader": "read", "writer": "write", "ingester": "ingest"}
        if role in scopes:
            return Client(headers={"Authorization": f"Bearer {world.key(scopes[role])}"}, raise_request_exception=False)
        client = Client(raise_request_exception=False)
        if role != "stranger":
            client.force_login(company.users[role])
        return client

    def ask(self, case: Case) -> int:
        client = self.clients[case.role]
        if case.address.startswith("api/"):
            content = json.dumps(case.body if case.body is not None else {})
            answer = client.generic(case.method, f"/{case.address}", content, content_type="application/json")
        elif case.method == "POST":
            answer = client.post(f"/{case.address}", case.body or {})
        else:
            answer = client.generic(case.method, f"/{case.address}")
        return int(answer.status_code)


Stage = tuple[Visitors, dict[str, Any]]


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[Stage]:
    with django_db_blocker.unblock(), transaction.atomic():
        company = world.build()
        visitors = Visitors(company)
        for client in visitors.clients.values():  # a key notes its first use, a session its first visit
            client.get("/api/v1/contacts/?limit=1")
        yield visitors, company.rows
        transaction.set_rollback(True)
    cache.clear()


@pytest.fixture(autouse=True)
def no_rate_limits() -> None:
    cache.clear()


@pytest.fixture(scope="module")
def kept(stage: Stage) -> Generator[Rows]:
    """The rows of the world, which nothing may have changed in the end either."""
    rows = Rows()
    yield rows
    assert rows.changed() == set()


def test_a_changed_row_would_be_noticed(stage: Stage, kept: Rows) -> None:
    before = writes()
    with transaction.atomic():
        Contact.objects.filter(pk=1).update(first_name="Someone else")
        assert kept.changed_since(before) == {"crm_contact"}
        transaction.set_rollback(True)

    assert kept.changed_since(before) == set()


@pytest.mark.parametrize("entry", matrix.entries(), ids=lambda entry: entry.name)
def test_address_answers_everybody_as_the_matrix_says(stage: Stage, kept: Rows, entry: Entry) -> None:
    visitors, rows = stage
    cases = list(matrix.cases(entry, rows))
    before = writes()
    wrong = {str(case): got for case in cases if not case.admitted and (got := visitors.ask(case)) not in case.expected}
    changed = kept.changed_since(before)
    wrong |= {
        str(case): got for case in cases if case.admitted and (got := undone(visitors, case)) not in case.expected
    }

    assert wrong == {}
    assert changed == set()


def undone(visitors: Visitors, case: Case) -> int:
    """What is admitted happens in a savepoint, so that the next one finds the same world."""
    with transaction.atomic():
        got = visitors.ask(case)
        transaction.set_rollback(True)
    return got


def addresses(resolver: URLResolver | None = None, route: str = "") -> Generator[tuple[str, str, URLPattern]]:
    """(first folder, name, pattern) of every address."""
    for pattern in (resolver or get_resolver()).url_patterns:
        place = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, place)
        elif isinstance(pattern, URLPattern):
            yield place, pattern.name or "", pattern


def test_every_address_is_in_the_matrix() -> None:
    known = {name for kind in ("pages", "api", "ingest") for name in MATRIX[kind]} | {"", "nowhere"}
    missing = [
        f"{route} ({name})"
        for route, name, pattern in addresses()
        if name not in known and not route.startswith("accounts/") and not is_admin(route)
    ]

    assert missing == []


def is_admin(route: str) -> bool:
    return route.startswith("admin/") and not route.startswith("admin/operations/")


def test_every_line_of_the_matrix_has_an_address() -> None:
    named = {name for _route, name, _pattern in addresses()}
    listed = [name for kind in ("pages", "api", "ingest") for name in MATRIX[kind]]

    assert [name for name in listed if name not in named and name != "nowhere"] == []
    assert [name for name in MATRIX["accounts"]["public"] if name not in named] == []


ADMIN = [route for route, _name, _pattern in addresses() if is_admin(route)]


def test_admin_is_for_admins_on_every_page(stage: Stage, kept: Rows) -> None:
    visitors, _rows = stage
    before = writes()
    entered = []
    visits = [("stranger", "GET"), ("reader", "GET"), ("agent", "GET"), ("manager", "GET"), ("manager", "POST")]
    for address in map(example, ADMIN):
        for role, method in visits:
            got = visitors.ask(Case("admin", method, role, "", address, None, (), admitted=False))
            if got != (302 if role in ("stranger", "reader") else 403):
                entered.append(f"{role} {method} /{address}: {got}")

    assert len(ADMIN) > 30
    assert entered == []
    assert kept.changed_since(before) == set()


def test_admin_pages_open_for_admins(stage: Stage) -> None:
    visitors, _rows = stage
    broken = []
    for route in ADMIN:
        got = undone(visitors, Case("admin", "GET", "admin", "", example(route), None, (), admitted=True))
        if got not in (200, 302, 400, 403, 404, 405):
            broken.append(f"/{example(route)}: {got}")

    assert broken == []


def example(route: str) -> str:
    """An address of a route, with 1 for whatever it asks for."""
    from re import sub

    plain = sub(r"\(\?P<\w+>[^)]*\)", "1", route.replace("^", "").replace("$", "").replace("\\", ""))
    return sub(r"<[^>]+>", "1", plain).replace(".*", "x")


ACCOUNTS = [(route, name) for route, name, _pattern in addresses() if route.startswith("accounts/")]


@pytest.mark.parametrize(("route", "name"), ACCOUNTS)
def test_accounts_pages_know_strangers(stage: Stage, route: str, name: str) -> None:
    visitors, _rows = stage
    answer = visitors.clients["stranger"].get(f"/{example(route)}")
    sent_away = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next=")

    assert answer.status_code < 500
    assert sent_away == (name not in MATRIX["accounts"]["public"])


@pytest.mark.parametrize(("name", "rule"), MATRIX["ingest"].items())
def test_tracking_takes_write_keys_only(stage: Stage, name: str, rule: dict[str, Any]) -> None:
    visitors, _rows = stage
    allowed = {"ingester": 200}
    got = {}
    for role, client in visitors.clients.items():
        with transaction.atomic():
            answer = client.post(f"/{rule['at']}", json.dumps(rule["body"]), content_type="application/json")
            got[role] = answer.status_code
            transaction.set_rollback(True)

    assert got == {role: allowed.get(role, 401) for role in matrix.roles()}


WITHOUT_FORM_TOKEN = {"unsubscribe"}  # mail programs send it (RFC 8058): its link is signed
FORMS = [
    entry
    for entry in matrix.entries()
    if not entry.is_api and entry.status("POST") is not None and entry.name not in WITHOUT_FORM_TOKEN
]


@pytest.mark.parametrize("entry", FORMS, ids=lambda entry: entry.name)
def test_forms_of_other_websites_are_refused(stage: Stage, kept: Rows, entry: Entry) -> None:
    """Without our token a POST is refused, even from a signed-in administrator's browser."""
    visitors, rows = stage
    client = Client(enforce_csrf_checks=True)
    client.cookies = visitors.clients["admin"].cookies
    case = next(c for c in matrix.cases(entry, rows) if c.method == "POST" and c.role == "admin" and c.which != "gone")
    before = writes()

    assert client.post(f"/{case.address}", case.body or {}).status_code == 403
    assert kept.changed_since(before) == set()

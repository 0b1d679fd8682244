"""Every address × method × role × own, hidden or deleted object, as matrix.yaml says; a refusal changes nothing.

The world is built once, in a transaction that is never committed; what is admitted runs in a savepoint and is undone.
"""

import json
import re
from collections.abc import Generator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
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
    known = {name for kind in ("pages", "api", "ingest") for name in MATRIX[kind]}
    known |= set(MATRIX["accounts"]["public"]) | set(MATRIX["accounts"]["colleagues"])
    known |= set(MATRIX["admin"]["pages"]) | set(admin_pages())
    missing = [f"{route} ({name})" for route, name, _pattern in addresses() if name and name not in known]

    assert missing == []


def test_every_line_of_the_matrix_has_an_address() -> None:
    named = {name for _route, name, _pattern in addresses()}
    listed = [name for kind in ("pages", "api", "ingest") for name in MATRIX[kind]]
    listed += MATRIX["accounts"]["public"] + MATRIX["accounts"]["colleagues"]
    listed += [*MATRIX["admin"]["pages"], *admin_pages()]

    assert [name for name in listed if name not in named and name != "nowhere"] == []


def admin_pages() -> dict[str, str]:
    """Name of each page of each table → what one may have to be able to do with it."""
    needs = {"changelist": "view", "change": "view", "history": "view", "add": "add", "delete": "delete"}
    return {
        f"{table}_{page}": right if right in rights else ""
        for table, rights in MATRIX["admin"]["tables"].items()
        for page, right in needs.items()
    }


def is_admin(route: str) -> bool:
    return route.startswith("admin/") and not route.startswith("admin/operations/")


ADMIN = [(route, name) for route, name, _pattern in addresses() if is_admin(route)]


def admin_addresses(route: str, name: str) -> dict[str, str]:
    """By object: an address of the page for a row that its list shows, if it shows one, and for one that is gone."""
    if name not in admin_pages() or "object_id" not in route:
        return {"": example(route)}
    label, _underscore, model = name.rpartition("_")[0].rpartition("_")
    table = site.get_model_admin(apps.get_model(label, model))
    own = table.get_queryset(HttpRequest()).order_by("pk").first()
    pks = ({"own": own.pk} if own else {}) | {"gone": matrix.GONE}
    return {which: route.replace("<path:object_id>", str(pk)) for which, pk in pks.items()}


def test_admin_is_for_admins_on_every_page(stage: Stage, kept: Rows) -> None:
    visitors, _rows = stage
    before = writes()
    entered = []
    visits = [(role, "GET") for role in ("stranger", "reader", "agent", "sales")]
    visits += [("stranger", "POST"), ("manager", "GET"), ("manager", "POST")]
    for route, name in ADMIN:
        for which, address in admin_addresses(route, name).items():
            for role, method in visits if which != "gone" else [("manager", "GET")]:
                got = visitors.ask(Case("admin", method, role, "", address, None, (), admitted=False))
                if got != (302 if role in ("stranger", "reader") else 403):
                    entered.append(f"{role} {method} /{address}: {got}")

    assert len(ADMIN) > 30
    assert entered == []
    assert kept.changed_since(before) == set()


@pytest.mark.parametrize("table", MATRIX["admin"]["tables"])
def test_admins_may_do_to_a_table_what_the_matrix_says(stage: Stage, kept: Rows, table: str) -> None:
    """A page for something that one may not do refuses admins too, and writes nothing."""
    visitors, _rows = stage
    pages, before, wrong = admin_pages(), writes(), []
    for route, name in ADMIN:
        if name.rpartition("_")[0] != table or name not in pages:
            continue
        for which, address in admin_addresses(route, name).items():
            expected = (302 if which == "gone" else 200) if pages[name] else 403
            got = undone(visitors, Case("admin", "GET", "admin", which, address, None, (), admitted=True))
            if got != expected:
                wrong.append(f"GET /{address} {which}: {got}, expected {expected}")
            if not pages[name] and visitors.ask(Case("admin", "POST", "admin", which, address, None, (), False)) != 403:
                wrong.append(f"POST /{address} {which}: not refused")

    assert wrong == []
    assert kept.changed_since(before) == set()


@pytest.mark.parametrize(("name", "status"), MATRIX["admin"]["pages"].items())
def test_other_pages_of_the_admin_open_for_admins(stage: Stage, name: str, status: int) -> None:
    visitors, _rows = stage
    address = next(example(route) for route, known in ADMIN if known == name)

    assert undone(visitors, Case("admin", "GET", "admin", "", address, None, (), admitted=True)) == status


def example(route: str) -> str:
    """An address of a route, with the first choice or 1 for whatever it asks for."""
    plain = re.sub(r"\(\?P<\w+>(\w*)[^)]*\)", lambda found: found[1] or "1", route.replace("^", "").replace("$", ""))
    return re.sub(r"<[^>]+>", "1", plain).replace("\\", "")


ACCOUNTS = [(route, name) for route, name, _pattern in addresses() if route.startswith("accounts/") and name]


@pytest.mark.parametrize(("route", "name"), ACCOUNTS)
def test_accounts_pages_know_strangers(stage: Stage, kept: Rows, route: str, name: str) -> None:
    visitors, _rows = stage
    before = writes()
    for method in ("get", "post"):
        answer = getattr(visitors.clients["stranger"], method)(f"/{example(route)}")
        sent_away = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next=")

        if answer.status_code != 405:
            assert answer.status_code < 500
            assert sent_away == (name not in MATRIX["accounts"]["public"])
    assert kept.changed_since(before) == set()


@pytest.mark.parametrize(("route", "name"), ACCOUNTS)
def test_accounts_pages_answer_colleagues(stage: Stage, route: str, name: str) -> None:
    visitors, _rows = stage
    for role in ("agent", "admin"):
        address = f"/{example(route)}"
        got = undone(visitors, Case(name, "GET", role, "", address[1:], None, (), admitted=True))
        assert got in (200, 302, 401, 404, 405, 502), f"{role} GET {address}: {got}"


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

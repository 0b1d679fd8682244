"""Whatever the schema allows and much that it does not: never a failure of our own (schemathesis, bounded)."""

from collections.abc import Generator
from typing import Any, cast

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case

from config.wsgi import application
from tests import world
from tests.world import World

EXAMPLES = 4  # for each operation: the suite runs often, and each run tries others


@pytest.fixture
def same_connection() -> Generator[None]:
    """A request through WSGI would close the connection that holds this test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def answer(case: Case[Any], secret: str) -> Any:
    """In a savepoint, so that every case finds the same world."""
    with transaction.atomic():
        response = case.call(headers={"Authorization": f"Bearer {secret}"})
        transaction.set_rollback(True)
    return response


@pytest.mark.usefixtures("same_connection")
def test_no_request_makes_the_api_fail(company: World) -> None:
    secret = world.key("all")
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    failed: set[str] = set()
    answered: set[int] = set()
    tried = 0
    for result in schema.get_all_operations():
        operation = cast("Any", result).ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def attempt(case: Case[Any]) -> None:
            response = answer(case, secret)
            answered.add(response.status_code)
            if response.status_code >= 500:
                failed.add(f"{case.method} {case.formatted_path} {case.query} {case.body!r}: {response.text[:200]}")

        attempt()
        tried += 1

    assert tried > 60
    assert failed == set()
    assert {200, 400, 404} <= answered

import base64
import html
import json
import re
from functools import cache
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from crm.models import Event
from feedback.models import Programme
from tests import world
from tests.api.conftest import Api
from tests.world import World

PREFIX = "/api/v1/"


@cache
def schema() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Client().get(f"{PREFIX}schema/").content)
    return found


def posts() -> list[tuple[str, dict[str, Any]]]:
    """(path, {example name: body}) of every POST; no body is an example too."""
    found = []
    for path, methods in schema()["paths"].items():
        operation = methods.get("post")
        if operation:
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            examples = {name: example["value"] for name, example in content.get("examples", {}).items()}
            found.append((path, examples if content else {"no body": None}))
    return found


def test_schema_is_openapi_3_1_without_warnings() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")

    assert schema()["openapi"] == "3.1.0"


def test_every_post_with_a_body_has_an_example() -> None:
    assert [path for path, examples in posts() if not examples] == []


def test_every_operation_says_how_it_refuses_and_every_post_takes_an_idempotency_key() -> None:
    for methods in schema()["paths"].values():
        for method, operation in methods.items():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"]
            if method == "post":
                assert "Idempotency-Key" in [parameter["name"] for parameter in operation["parameters"]]


def test_every_example_works(api: Api, company: World) -> None:
    company.survey.quiet_days = 0
    company.survey.save()
    Programme.objects.create(pk=1, quiet_days=0)
    answers = {}
    for path, examples in posts():
        row = "2" if path.endswith("/merge/") else "1"
        for name, body in examples.items():
            answer = api.post(path.removeprefix(PREFIX).replace("{id}", row), body)
            answers[f"{path} {name}"] = (answer.status_code // 100, answer.content[:300])

    assert {place: said for place, said in answers.items() if said[0] != 2} == {}


def test_docs_page_shows_resources_and_examples_without_inline_code(client: Client, db: None) -> None:
    page = client.get(f"{PREFIX}docs/").content.decode()

    assert "/api/v1/conversations/{id}/resolution/" in page
    assert "maria.ruiz@example.com" in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_docs_page_says_how_an_event_is_sent(client: Client, db: None) -> None:
    page = html.unescape(client.get(f"{PREFIX}docs/").content.decode())
    command = re.search(r"curl -u KEY: http://testserver(/v1/\w+) -d '([^']+)'", page)
    assert command is not None
    user = base64.b64encode(f"{world.key('ingest')}:".encode()).decode()

    answer = client.post(
        command[1],
        command[2],
        content_type="application/x-www-form-urlencoded",  # curl's, which nobody corrects
        headers={"Authorization": f"Basic {user}"},
    )

    assert answer.json() == {"success": True}
    assert set(Event.objects.values_list("name", flat=True)) >= {"contact.described", "Order Completed"}
    assert "/api/v1/docs/#tracking" in schema()["info"]["description"]


@pytest.mark.parametrize("address", ["contacts", "contacts/"])
def test_addresses_work_with_and_without_the_last_slash(api: Api, address: str) -> None:
    assert json.loads(api.get(address).content)["results"]


def test_numbers_in_addresses_say_their_range() -> None:
    """Else a generator of clients, or of tests, sends what is refused."""
    operations = [op for methods in schema()["paths"].values() for op in methods.values() if isinstance(op, dict)]
    asked = [parameter for op in operations for parameter in op.get("parameters", []) if parameter["in"] == "query"]
    numbers = [parameter for parameter in asked if parameter["schema"].get("type") == "integer"]
    assert {parameter["name"] for parameter in numbers if "minimum" not in parameter["schema"]} == set()

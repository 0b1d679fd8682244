"""The page that explains the API, from the schema itself, and the answer where there is nothing."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from kernel.api import PROBLEM, problem
from kernel.policies import public

# What a shop would send; the page shows it as a command.
TRACKED = """{"batch": [
  {"type": "identify", "userId": "4711", "traits": {"email": "ana@casa.example", "firstName": "Ana"}},
  {"type": "track", "userId": "4711", "event": "Order Completed", "properties": {"total": 49.9}}]}"""


@csrf_exempt
@public
def nowhere(request: HttpRequest) -> HttpResponse:
    detail = f"There is nothing at {request.path}. What there is: /api/v1/docs/."
    return JsonResponse(problem(404, detail), status=404, content_type=PROBLEM)


@public
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    tracking = {"address": request.build_absolute_uri(reverse("ingest_batch")), "body": TRACKED}
    return render(request, "config/api_docs.html", {"groups": described(), "tracking": tracking})


@cache
def described() -> list[dict[str, Any]]:
    """The schema as the page shows it: resources with their operations. The schema cannot change while we run."""
    generator: Any = SchemaGenerator
    schema = generator().get_schema(request=None, public=True)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        group = groups.setdefault(path.removeprefix("/api/v1/").split("/")[0], [])
        group.extend(_operations(path, methods, schema["components"]["schemas"]))
    return [{"name": name, "operations": operations} for name, operations in groups.items()]


def _operations(path: str, methods: dict[str, Any], schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for method, operation in methods.items():
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        yield {
            "id": operation["operationId"],
            "method": method.upper(),
            "path": path,
            "description": operation.get("description", ""),
            "parameters": [_parameter(p) for p in operation.get("parameters", []) if p["in"] == "query"],
            "fields": _fields(body.get("schema", {}), schemas),
            "examples": [
                {
                    "name": example.get("summary", name),
                    "body": json.dumps(example["value"], indent=2, ensure_ascii=False),
                }
                for name, example in body.get("examples", {}).items()
            ],
            "answers": sorted(operation["responses"]),
        }


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    about = parameter.get("description") or ", ".join(parameter["schema"].get("enum", []))
    return {"name": parameter["name"], "type": _type(parameter["schema"]), "required": False, "help": about}


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    named = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
    required = named.get("required", [])
    return [
        {"name": name, "type": _type(field), "required": name in required, "help": field.get("description", "")}
        for name, field in named.get("properties", {}).items()
        if not field.get("readOnly")
    ]


def _type(field: dict[str, Any]) -> str:
    kind = field.get("type", "")
    return " | ".join(kind) if isinstance(kind, list) else str(kind or field.get("$ref", "").rpartition("/")[2])

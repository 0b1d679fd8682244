"""Liquid templates, rendered in the sandbox's child process (kernel/sandbox.py): no Django here, only plain data.

Templates are written by people of the house, data come from customers. Autoescape is off: the results are the subject
and the plain text of a message, and whoever makes HTML of them escapes them there (journeys/rendering.py).
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError

ONE_MESSAGE = 100_000  # bytes


class Strict(Environment):
    """Each limit ends the rendering of one message with an error; CPU time is bounded by the sandbox."""

    block_nesting_limit = 10
    context_depth_limit = 10
    loop_iteration_limit = 1_000
    local_namespace_limit = 200_000
    output_stream_limit = ONE_MESSAGE


environment = Strict(autoescape=False)
for _tag in ("include", "render", "extends", "block"):  # nothing to load from
    environment.tags.pop(_tag, None)


@lru_cache(maxsize=500)
def _compiled(source: str) -> BoundTemplate:
    return environment.from_string(source)


def render_all(payload: bytes) -> list[dict[str, str]]:
    """`payload`: {"texts": [{"subject", "text"}, …], "messages": [{"use": index, "data": {…}}, …]} as JSON.

    One result for each message, in order: {"subject", "text"}, or {"error"} with the reason.
    """
    work = json.loads(payload)
    return [_render(work["texts"][message["use"]], message["data"]) for message in work["messages"]]


def _render(parts: dict[str, str], data: dict[str, Any]) -> dict[str, str]:
    try:
        return {name: _compiled(source).render(**data) for name, source in parts.items()}
    except LiquidError as error:
        return {"error": str(error)[:300]}
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def problem(payload: bytes) -> str:
    """What is wrong with a template's syntax; "" if nothing is."""
    try:
        environment.from_string(payload.decode())
    except LiquidError as error:
        return str(error)[:300]
    except RecursionError:
        return "nested too deeply"
    return ""

"""Liquid templates, rendered in the sandbox's child process (kernel/sandbox.py): no Django here, only plain data.

Templates are written by people of the house, data come from customers. Autoescape is off: the results are the subject
and the plain text of a message, and whoever makes HTML of them escapes them there (journeys/rendering.py).
"""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import chain
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError
from liquid.static_analysis import Variable

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


def problem(payload: bytes) -> dict[str, str]:
    """`payload`: {"template", "known": {"contact": [its names], "event": [] for any, …}} as JSON. What is wrong with
    the template: {"syntax": a sentence}, {"filter": a name there is not}, {"name": one for nothing}, or {}."""
    work = json.loads(payload)
    try:
        found = environment.from_string(work["template"]).analyze()
    except LiquidError as error:
        return {"syntax": str(error)[:300]}
    except RecursionError:
        return {"syntax": "nested too deeply"}
    filters = (name for name in found.filters if name not in environment.filters)
    used = chain.from_iterable(found.globals.values())
    names = (str(variable) for variable in used if not _is_known(variable, work["known"]))
    for kind, wrong in (("filter", filters), ("name", names)):
        for name in wrong:
            return {kind: name[:100]}
    return {}


def _is_known(variable: Variable, known: dict[str, list[str]]) -> bool:
    first, *more = variable.segments
    if first not in known:
        return False
    return not known[first] or not more or not isinstance(more[0], str) or more[0] in known[first]

"""Graphs of published versions, kept in memory: a published version never changes."""

import logging
from collections.abc import Iterable

from journeys.graph import Graph, GraphError, parse
from journeys.models import Version

log = logging.getLogger(__name__)

MOST = 500
BROKEN = "This version cannot be read any more: a kind of node or condition that it uses is not installed."
_kept: dict[int, Graph | None] = {}


def graphs(version_ids: Iterable[int]) -> dict[int, Graph | None]:
    """Version id → graph, None for one that no longer holds; one query for those that are not known yet."""
    wanted = set(version_ids)
    missing = wanted - _kept.keys()
    if missing:
        if len(_kept) > MOST:
            _kept.clear()
            missing = wanted
        rows = Version.objects.filter(pk__in=missing, published_at__isnull=False).values_list("pk", "graph")
        _kept.update({pk: _read(pk, graph) for pk, graph in rows})
    return {pk: _kept.get(pk) for pk in wanted}


def _read(version_id: int, data: object) -> Graph | None:
    try:
        return parse(data)
    except GraphError as error:
        log.error("version %s cannot be read: %s", version_id, error)
        return None


def graph(version_id: int) -> Graph | None:
    return graphs([version_id])[version_id]


def forget() -> None:
    """For tests that take a kind of node away."""
    _kept.clear()

"""Graphs of published versions, kept in memory: a published version never changes."""

from collections.abc import Iterable

from journeys.graph import Graph, parse
from journeys.models import Version

MOST = 500
_kept: dict[int, Graph] = {}


def graphs(version_ids: Iterable[int]) -> dict[int, Graph]:
    """Version id → graph; one query for those that are not known yet. Raises GraphError for one that no longer holds
    (a kind of node was taken away)."""
    wanted = set(version_ids)
    missing = wanted - _kept.keys()
    if missing:
        if len(_kept) > MOST:
            _kept.clear()
            missing = wanted
        rows = Version.objects.filter(pk__in=missing, published_at__isnull=False).values_list("pk", "graph")
        _kept.update({pk: parse(graph) for pk, graph in rows})
    return {pk: _kept[pk] for pk in wanted}


def graph(version_id: int) -> Graph:
    return graphs([version_id])[version_id]


def forget() -> None:
    """For tests, whose versions come and go."""
    _kept.clear()

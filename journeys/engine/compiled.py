"""Graphs of published versions, kept in memory: a published version never changes."""

import logging
from collections.abc import Iterable
from datetime import datetime

from journeys.graph import Graph, GraphError, parse
from journeys.models import Version
from kernel.told import kept

log = logging.getLogger(__name__)

MOST = 500
BROKEN = kept("This version cannot be read any more: a kind of node or condition that it uses is not installed.")
_kept: dict[tuple[int, datetime | None], Graph | None] = {}


def graphs(versions: Iterable[Version]) -> dict[int, Graph | None]:
    """Version id → graph, None for one that no longer holds; one query for those that are not known yet.

    The time of publication is part of the key, so that a database that was restored cannot meet another one's graphs.
    """
    wanted = {version.pk: (version.pk, version.published_at) for version in versions}
    missing = [pk for pk, key in wanted.items() if key not in _kept]
    if missing:
        if len(_kept) > MOST:
            _kept.clear()
            missing = list(wanted)
        rows = Version.objects.filter(pk__in=missing, published_at__isnull=False).values_list("pk", "graph")
        _kept.update({wanted[pk]: _read(pk, graph) for pk, graph in rows})
    return {pk: _kept.get(key) for pk, key in wanted.items()}


def _read(version_id: int, data: object) -> Graph | None:
    try:
        return parse(data)
    except GraphError as error:
        log.error("version %s cannot be read: %s", version_id, error)
        return None


def graph(version: Version) -> Graph | None:
    return graphs([version])[version.pk]


def forget() -> None:
    """For tests that take a kind of node away."""
    _kept.clear()

"""Numbers about journeys, for pages, admin and API alike."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import QuerySet

from journeys.engine import compiled
from journeys.graph import Graph, GraphError, parse
from journeys.models import Enrolment, Journey, Step, Version
from journeys.outline import Count

NOT_PASSED = ("waiting", "failed", "retried", "exited", "moved")  # outcomes that leave somebody where they stood


@dataclass(frozen=True)
class Totals:
    """People by state, over all versions."""

    active: int = 0
    completed: int = 0
    exited: int = 0
    failed: int = 0

    @property
    def entered(self) -> int:
        return self.active + self.completed + self.exited + self.failed


def totals(journeys: Iterable[Journey]) -> dict[int, Totals]:
    """Journey id → totals, in one query; journeys that nobody has entered have zeros."""
    ids = [journey.pk for journey in journeys]
    rows = Enrolment.objects.filter(journey__in=ids).values_list("journey", "state").annotate(CountOf("pk")).order_by()
    found: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    for journey, state, number in rows:
        found[journey][state] = number
    return {pk: Totals(**states) for pk, states in found.items()}


def node_counts(version: Version) -> dict[str, Count]:
    """Node → how many stand there now, went through, and left from there, in this version."""
    people, steps = Enrolment.objects.filter(version=version), Step.objects.filter(version=version)
    here = _by_node(people.active())
    through = _by_node(steps.exclude(outcome__in=NOT_PASSED))
    left = Counter(_by_node(steps.filter(outcome="exited"))) + Counter(_by_node(people.failed()))
    nodes = here.keys() | through.keys() | left.keys()
    return {node: Count(here.get(node, 0), through.get(node, 0), left[node]) for node in nodes}


def _by_node(rows: QuerySet[Any]) -> dict[str, int]:
    return dict(rows.values_list("node").annotate(CountOf("pk")).order_by())


@dataclass(frozen=True)
class Stop:
    """Where people stand on other versions; `is_kept`: the version about to be published has the node as well."""

    node: str
    label: str
    people: int
    is_kept: bool


def stops(version: Version) -> list[Stop]:
    """Everybody who would be touched by publishing this version, by where they stand; the largest group first."""
    rows = Enrolment.objects.under_way().elsewhere_than(version).order_by()
    counted = list(rows.values_list("version", "node").annotate(CountOf("pk")))
    graphs = compiled.graphs(Version.objects.filter(pk__in={pk for pk, _, _ in counted}).defer("graph"))
    graph = graph_of(version)
    people: dict[str, int] = defaultdict(int)
    labels: dict[str, str] = {}
    for pk, node, number in sorted(counted):
        old = graphs[pk]
        people[node] += number
        labels[node] = old.nodes[node].label if old and node in old.nodes else node
    found = [Stop(n, labels[n], people[n], bool(graph and n in graph.nodes)) for n in people]
    return sorted(found, key=lambda stop: (-stop.people, stop.node))


def graph_of(version: Version) -> Graph | None:
    """None for a graph that no longer holds, because a kind of node was taken away; its page says so."""
    if version.is_published:
        return compiled.graph(version)
    try:
        return parse(version.graph)
    except GraphError:
        return None


def report(journey: Journey) -> dict[str, Any]:
    """The whole of it as plain data, for the API."""
    whole = totals([journey])[journey.pk]
    nodes = node_counts(journey.live_version) if journey.live_version else {}
    return {
        "entered": whole.entered,
        "active": whole.active,
        "completed": whole.completed,
        "exited": whole.exited,
        "failed": whole.failed,
        "nodes": [
            {"node": node, "standing": c.standing, "passed": c.passed, "left": c.left}
            for node, c in sorted(nodes.items())
        ],
    }

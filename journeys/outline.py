"""A graph as lines to read from top to bottom: nodes on the thread, branches indented, joins and loops as references.

Two branches that come together again do so in the outline too: what follows both stands below them, not inside one.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

from journeys.graph import Graph
from journeys.nodes.base import Placed

DEEPEST = 6  # further branches are not indented any more


@dataclass(frozen=True)
class Count:
    """`standing` now, `passed` ever, `left` the journey from here (taken out, or stopped), in the version shown."""

    standing: int = 0
    passed: int = 0
    left: int = 0


@dataclass(frozen=True)
class Line:
    """Either a node, or the name of a branch that begins here, or (`goes_to`) where a branch continues."""

    depth: int
    placed: Placed | None = None
    branch: str | Promise = ""
    goes_to: Placed | None = None
    count: Count = field(default_factory=Count)

    @property
    def margin(self) -> str:
        """For outlines in plain text."""
        return "    " * self.depth

    @property
    def summary(self) -> str:
        return self.placed.kind.summary(self.placed.config) if self.placed else ""


def outline(graph: Graph, counts: Mapping[str, Count] | None = None) -> list[Line]:
    return list(_Drawing(graph, counts or {}).lines())


class _Drawing:
    def __init__(self, graph: Graph, counts: Mapping[str, Count]) -> None:
        self.graph = graph
        self.counts = counts
        self.drawn: set[str] = set()

    def lines(self) -> Iterator[Line]:
        for entry in self.graph.entries:
            yield from self.path(entry.id, 0, stop=None)

    def path(self, node: str | None, depth: int, *, stop: str | None) -> Iterator[Line]:
        """From `node` down to where this path ends, or to `stop`, which whoever called goes on with."""
        while node is not None and node != stop:
            placed = self.graph.nodes[node]
            if node in self.drawn:
                yield Line(depth, goes_to=placed)
                return
            self.drawn.add(node)
            yield Line(depth, placed, count=self.counts.get(node, Count()))
            ways = self.graph.ways_out(node)
            if len(ways) < 2:
                node = ways[0][1] if ways else None
                continue
            node = yield from self.fork(placed, ways, depth, stop)

    def fork(
        self, placed: Placed, ways: list[tuple[str, str]], depth: int, stop: str | None
    ) -> Generator[Line, None, str | None]:
        """All branches, each one step to the right. Returns the node where they come together, if they do."""
        join = self.join([to for _, to in ways]) or stop
        names = placed.kind.branches(placed.config)
        inner = min(depth + 1, DEEPEST)
        for branch, to in ways:
            yield Line(inner, branch=names[branch] or branch)
            yield from self.path(to, inner, stop=join)
        return join

    def join(self, starts: list[str]) -> str | None:
        """The first node, seen from the first branch, that all branches reach."""
        reached = [self.reach(start) for start in starts]
        common = set.intersection(*(set(nodes) for nodes in reached))
        return next((node for node in reached[0] if node in common), None)

    def reach(self, start: str) -> list[str]:
        """Everything behind `start`, itself first, breadth first; what is drawn already is not followed."""
        order = [] if start in self.drawn else [start]
        for node in order:
            order += [to for _, to in self.graph.ways_out(node) if to not in order and to not in self.drawn]
        return order

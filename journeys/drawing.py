"""A graph as a picture: ranks from top to bottom, edges as threads, nodes as knots with who is there.

Ranks are longest ways from an entry, so an edge always leads down, but for the loops, which go back up at the side.
Within a rank, nodes stand in the order of what leads to them, which keeps threads from crossing where they need not.
One unit is one pixel.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import mean

from django.utils.functional import Promise
from django.utils.text import Truncator

from journeys.graph import Graph
from journeys.nodes.base import Placed
from journeys.outline import Count

WIDTH, HEIGHT = 246, 74  # of a node, as picture.html draws it
GAP_X, GAP_Y = 28, 46
MARGIN = 8
BESIDE = 16  # from where a thread begins to its name: a thread that turns there stays clear of it
LETTERS, SENSE = 27, 36  # of a label and of what the node does, at the sizes that journey.css gives them
Edge = tuple[str, str, str]  # from, branch, to
Places = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Knot:
    placed: Placed
    x: int
    y: int
    count: Count

    @property
    def label(self) -> str:
        return Truncator(self.placed.label).chars(LETTERS)

    @property
    def sense(self) -> str:
        return Truncator(self.placed.kind.summary(self.placed.config)).chars(SENSE)


@dataclass(frozen=True)
class Thread:
    """`d` is the path; `text` names the branch, beside where it begins: the first of several on its left."""

    d: str
    text: str | Promise
    x: int
    y: int
    loops: bool
    anchor: str = "start"


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    knots: list[Knot]
    threads: list[Thread]


def draw(graph: Graph, counts: Mapping[str, Count] | None = None) -> Picture:
    edges = [(start, branch, to) for start in graph.nodes for branch, to in graph.ways_out(start)]
    back = set(_back_edges(graph, edges))
    rows = _rows(graph, [edge for edge in edges if edge not in back])
    widest = max(len(row) for row in rows)
    places = {node: _place(i, len(row), rank, widest) for rank, row in enumerate(rows) for i, node in enumerate(row)}
    knots = [Knot(graph.nodes[n], x, y, (counts or {}).get(n, Count())) for n, (x, y) in places.items()]
    threads = [_thread(graph, edge, places, loops=edge in back) for edge in edges]
    width = 2 * MARGIN + widest * (WIDTH + GAP_X)  # with room on the right for threads that go past knots
    return Picture(width, 2 * MARGIN + len(rows) * (HEIGHT + GAP_Y) - GAP_Y, knots, threads)


def _back_edges(graph: Graph, edges: list[Edge]) -> Iterator[Edge]:
    """Those that lead to a node on the way that leads here: without them there is no loop."""
    onward: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        onward[edge[0]].append(edge)
    done: set[str] = set()
    for entry in graph.entries:
        way, stack = {entry.id}, [(entry.id, iter(onward[entry.id]))]
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                way.discard(node)
                done.add(node)
            elif following[2] in way:
                yield following
            elif following[2] not in done:
                way.add(following[2])
                stack.append((following[2], iter(onward[following[2]])))


def _rows(graph: Graph, edges: list[Edge]) -> list[list[str]]:
    rank = dict.fromkeys(graph.nodes, 0)
    for _ in graph.nodes:  # as long as something still sinks; at most once for each node
        sunk = {to: rank[start] + 1 for start, _, to in edges if rank[start] + 1 > rank[to]}
        if not sunk:
            break
        rank |= sunk
    above: dict[str, list[str]] = defaultdict(list)
    for start, _, to in edges:
        above[to].append(start)
    rows: list[list[str]] = [[] for _ in range(max(rank.values()) + 1)]
    at: dict[str, float] = {}
    for number, row in enumerate(rows):
        members = [node for node in graph.nodes if rank[node] == number]
        row += sorted(members, key=lambda node: mean([at.get(parent, 0.0) for parent in above[node]] or [0.0]))
        at |= {node: i - (len(row) - 1) / 2 for i, node in enumerate(row)}
    return rows


def _place(index: int, in_row: int, rank: int, widest: int) -> tuple[int, int]:
    left = (widest - in_row) * (WIDTH + GAP_X) // 2
    return MARGIN + left + index * (WIDTH + GAP_X), MARGIN + rank * (HEIGHT + GAP_Y)


def _thread(graph: Graph, edge: Edge, places: Places, *, loops: bool) -> Thread:
    start, branch, to = edge
    ways = [way for way, _ in graph.ways_out(start)]
    x1 = places[start][0] + round(WIDTH * (ways.index(branch) + 1) / (len(ways) + 1))
    y1 = places[start][1] + HEIGHT
    name = graph.nodes[start].kind.branches(graph.nodes[start].config).get(branch, "")
    if loops:
        d = _up(places[start], places[to])
    elif between := [x for x, y in places.values() if y1 < y < places[to][1]]:
        d = _around(x1, y1, max(between) + WIDTH + GAP_X // 2, places[to])
    else:
        d = _down(x1, y1, places[to])
    if len(ways) > 1 and branch == ways[0]:
        return Thread(d, name, x1 - BESIDE, y1 + 11, loops, anchor="end")
    return Thread(d, name, x1 + BESIDE, y1 + 11, loops)


def _down(x: int, y: int, to: tuple[int, int]) -> str:
    bend, end = (to[1] - y) // 2, to[0] + WIDTH // 2
    return f"M{x} {y}C{x} {y + bend} {end} {to[1] - bend} {end} {to[1]}"


def _around(x: int, y: int, side: int, to: tuple[int, int]) -> str:
    """Past whatever stands between, on its right."""
    bend, end = GAP_Y // 2, to[0] + WIDTH * 3 // 4
    out = f"M{x} {y}C{x} {y + bend} {side} {y + bend} {side} {y + GAP_Y}"
    return f"{out}V{to[1] - GAP_Y}C{side} {to[1] - bend} {end} {to[1] - bend} {end} {to[1]}"


def _up(start: tuple[int, int], to: tuple[int, int]) -> str:
    side, out, back = max(start[0], to[0]) + WIDTH + GAP_X, start[1] + HEIGHT // 2, to[1] + HEIGHT // 2
    return f"M{start[0] + WIDTH} {out}C{side} {out} {side} {back} {to[0] + WIDTH} {back}"

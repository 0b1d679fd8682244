"""The graph of a journey, as data and as checked by sentences. No rows are read here.

An edge leaves its node by a branch ("next" if none is named); which branches there are, the kind of node says.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from journeys.nodes.base import Placed, nodes

ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
MOST_NODES = 200
LARGEST = 500_000  # characters of JSON
# Small, and works as it is: the settings start from it, and the API shows it.
EXAMPLE = {
    "nodes": [
        {"id": "start", "type": "trigger_event", "config": {"event": "Order Completed", "entry": "once"}},
        {
            "id": "thanks",
            "type": "send_message",
            "title": "Say thank you",
            "config": {"texts": {"en": {"subject": "Thank you", "text": "Hello {{ contact.first_name }}!"}}},
        },
        {"id": "end", "type": "end", "config": {}},
    ],
    "edges": [{"from": "start", "to": "thanks"}, {"from": "thanks", "to": "end"}],
}


class GraphError(ValueError):
    """A graph that cannot be published. `problems` are sentences for whoever drew it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Graph:
    nodes: Mapping[str, Placed]
    edges: Mapping[tuple[str, str], str]  # (node, branch) → node

    def after(self, node: str, branch: str) -> str:
        """Raises KeyError: the branch does not exist, which publishing has ruled out for what nodes declare."""
        return self.edges[node, branch]

    def ways_out(self, node: str) -> list[tuple[str, str]]:
        """(branch, where it leads), in the order that the kind of node declares."""
        placed = self.nodes[node]
        return [(b, self.edges[node, b]) for b in placed.kind.branches(placed.config) if (node, b) in self.edges]

    @cached_property
    def entries(self) -> list[Placed]:
        return [placed for placed in self.nodes.values() if placed.kind.is_entry]

    @cached_property
    def listens(self) -> list[str]:
        return sorted({name for placed in self.nodes.values() for name in placed.kind.listens(placed.config)})

    @cached_property
    def surveys(self) -> list[int]:
        return sorted({pk for placed in self.nodes.values() for pk in placed.kind.surveys(placed.config)})


def parse(data: Any) -> Graph:
    """Raises GraphError with everything that is wrong, not only the first thing."""
    found = problems(data)
    if found:
        raise GraphError(found)
    return _build(data)


def _build(data: Mapping[str, Any]) -> Graph:
    placed = {n["id"]: Placed(n["id"], n["type"], n.get("config", {}), n.get("title", "")) for n in data["nodes"]}
    return Graph(placed, {(e["from"], e.get("branch", "next")): e["to"] for e in data["edges"]})


def problems(data: Any) -> list[str]:
    """Sentences. Later checks need the earlier ones to hold, so they come in three rounds."""
    found = list(_shape(data))
    if not found:
        found = list(_settings(data))
    return found or list(_paths(data, _build(data)))


def _shape(data: Any) -> Iterator[str]:
    if not isinstance(data, Mapping) or not all(isinstance(data.get(part), list) for part in ("nodes", "edges")):
        yield _("A graph is an object with the lists “nodes” and “edges”.")
        return
    if len(data["nodes"]) > MOST_NODES or len(json.dumps(data)) > LARGEST:
        yield _("A journey has at most %(most)s nodes and %(size)s characters.") % {"most": MOST_NODES, "size": LARGEST}
        return
    seen: set[str] = set()
    for node in data["nodes"]:
        yield from _node_shape(node, seen)
    for edge in data["edges"]:
        if not isinstance(edge, Mapping) or not all(isinstance(edge.get(end), str) for end in ("from", "to")):
            yield _("Each edge needs “from” and “to”, the ids of two nodes.")
        elif not isinstance(edge.get("branch", "next"), str):
            yield _("The branch of the edge from “%(id)s” must be a text.") % {"id": edge["from"]}


def _node_shape(node: Any, seen: set[str]) -> Iterator[str]:
    if not isinstance(node, Mapping) or not isinstance(node.get("id"), str) or not ID.fullmatch(node["id"]):
        yield _("Each node needs an “id” of letters, digits, - and _.")
        return
    name = {"id": node["id"]}
    if node["id"] in seen:
        yield _("Two nodes have the id “%(id)s”.") % name
    seen.add(node["id"])
    if not isinstance(node.get("type"), str) or node["type"] not in nodes:
        known = ", ".join(sorted(slug for slug, _kind in nodes))
        yield _("The node “%(id)s” is of no known type. Known: %(known)s.") % {**name, "known": known}
    if not isinstance(node.get("config", {}), Mapping):
        yield _("The settings (“config”) of the node “%(id)s” must be an object.") % name
    if not isinstance(node.get("title", ""), str):
        yield _("The title of the node “%(id)s” must be a text.") % name


def _settings(data: Mapping[str, Any]) -> Iterator[str]:
    for node in data["nodes"]:
        for problem in nodes.get(node["type"])().problems(node.get("config", {})):
            yield f"{node['id']}: {problem}"


def _paths(data: Mapping[str, Any], graph: Graph) -> Iterator[str]:
    yield from _edges(data, graph)
    yield from _ends(graph)
    yield from _unreachable(graph)
    yield from _loops(graph)


def _edges(data: Mapping[str, Any], graph: Graph) -> Iterator[str]:
    taken: set[tuple[str, str]] = set()
    for edge in data["edges"]:
        place = (edge["from"], edge.get("branch", "next"))
        yield from _edge(edge, place, graph)
        if place in taken:
            yield _("Two edges leave “%(id)s” by the branch “%(branch)s”.") % {"id": place[0], "branch": place[1]}
        taken.add(place)
    for placed in graph.nodes.values():
        for branch in placed.kind.branches(placed.config):
            if (placed.id, branch) not in taken:
                yield _("The branch “%(branch)s” of “%(id)s” leads nowhere.") % {"id": placed.id, "branch": branch}


def _edge(edge: Mapping[str, Any], place: tuple[str, str], graph: Graph) -> Iterator[str]:
    for end in (edge["from"], edge["to"]):
        if end not in graph.nodes:
            yield _("An edge names the node “%(id)s”, which does not exist.") % {"id": end}
    leaving = graph.nodes.get(place[0])
    if leaving and place[1] not in leaving.kind.branches(leaving.config):
        yield _("The node “%(id)s” has no branch “%(branch)s”.") % {"id": place[0], "branch": place[1]}
    arriving = graph.nodes.get(edge["to"])
    if arriving and arriving.kind.is_entry:
        yield _("No edge may lead to “%(id)s”: people enter there by an event.") % {"id": arriving.id}


def _ends(graph: Graph) -> Iterator[str]:
    if not graph.entries:
        yield _("The journey has no trigger: nobody would ever enter.")
    if not any(placed.kind.is_end for placed in graph.nodes.values()):
        yield _("The journey has no end.")


def _unreachable(graph: Graph) -> Iterator[str]:
    reached: set[str] = set()
    waiting = [placed.id for placed in graph.entries]
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += [to for (start, _branch), to in graph.edges.items() if start == node and to in graph.nodes]
    for node in graph.nodes:
        if graph.entries and node not in reached:
            yield _("Nobody can ever reach the node “%(id)s”.") % {"id": node}


def _loops(graph: Graph) -> Iterator[str]:
    """Without the nodes where people stand for a while, no way may lead back to where it came from."""
    onward = {
        placed.id: {to for (start, _branch), to in graph.edges.items() if start == placed.id}
        for placed in graph.nodes.values()
        if not placed.kind.pauses
    }
    while loose := _loose(onward):
        for node in loose:
            del onward[node]
    if onward:
        around = ", ".join(f"“{node}”" for node in graph.nodes if node in onward)
        yield _("People would go round and round without a wait between %(nodes)s.") % {"nodes": around}


def _loose(onward: Mapping[str, set[str]]) -> list[str]:
    """Nodes that are no part of a loop, since nothing follows them or nothing leads to them."""
    reached = {to for targets in onward.values() for to in targets}
    return [node for node, targets in onward.items() if node not in reached or not targets & onward.keys()]

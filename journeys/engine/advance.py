"""From node to node: all who stand at the same node take it together; the plug-in answers, the engine acts."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from journeys.engine import compiled, gather, sending, store
from journeys.engine.traveller import State, Traveller
from journeys.graph import Graph
from journeys.models import Version
from journeys.nodes.base import Answer, Ask, End, Next, Placed, Send, Wait
from journeys.people import Person
from kernel.told import kept

log = logging.getLogger(__name__)

MOST_ROUNDS = 250  # a graph has at most 200 nodes and no loop without a wait: more than this is a fault of a node
RESTLESS = kept("Did not come to rest after {nodes} nodes.")
NO_BRANCH = kept("The node {node} answered with the branch '{branch}', which it does not have.")


def advance(travellers: Sequence[Traveller]) -> None:
    """Take everybody on until they wait, are through or failed, and write it all down. Their rows are locked or new."""
    if not travellers:
        return
    people = gather.people(traveller.contact_id for traveller in travellers)
    versions = _versions(travellers)
    graphs = compiled.graphs(versions.values())
    moving = list(travellers)
    for _ in range(MOST_ROUNDS):
        if not moving:
            break
        moving = _round(moving, graphs, people)
    for traveller in moving:
        traveller.fail(RESTLESS.format(nodes=MOST_ROUNDS))
    store.write(travellers, versions)


def _versions(travellers: Sequence[Traveller]) -> dict[int, Version]:
    """Without their graphs, which are in memory already."""
    ids = {traveller.version_id for traveller in travellers}
    return Version.objects.select_related("journey").defer("graph").in_bulk(ids)


def _round(moving: Sequence[Traveller], graphs: dict[int, Graph | None], people: dict[int, Person]) -> list[Traveller]:
    """One node for everybody. Returns those who reached another one."""
    groups: dict[tuple[int, str], list[Traveller]] = defaultdict(list)
    for traveller in moving:
        groups[traveller.version_id, traveller.node].append(traveller)
    for (version_id, node), group in groups.items():
        _take(graphs[version_id], node, group, people)
    return [traveller for traveller in moving if traveller.state == State.ACTIVE and traveller.waiting is None]


def _take(graph: Graph | None, node: str, group: Sequence[Traveller], people: dict[int, Person]) -> None:
    """Everybody in the group through one node."""
    if graph is None or node not in graph.nodes:
        for traveller in group:
            traveller.fail(compiled.BROKEN)
        return
    for traveller, answer in _visit(graph.nodes[node], group, people):
        _go(traveller, answer, graph)


def _go(traveller: Traveller, answer: Next, graph: Graph) -> None:
    try:
        to = graph.after(traveller.node, answer.branch)
    except KeyError:
        traveller.fail(NO_BRANCH.format(node=traveller.node, branch=answer.branch))
    else:
        traveller.go(answer.branch, to, answer.detail)


def _visit(placed: Placed, group: Sequence[Traveller], people: dict[int, Person]) -> list[tuple[Traveller, Next]]:
    """Ask the node about each, act on the answers, and return who goes on by which branch."""
    leaving = [(t, Next(t.leaving)) for t in group if t.leaving is not None]
    arriving = [t for t in group if t.leaving is None]
    answers = list(_answers(placed, arriving, people))
    onward = leaving + [(t, answer) for t, answer in answers if isinstance(answer, Next)]
    for traveller, answer in answers:
        if isinstance(answer, Wait):
            traveller.wait(answer)
        elif isinstance(answer, End):
            traveller.complete(answer.reason)
    onward += sending.send([(t, answer) for t, answer in answers if isinstance(answer, Send)])
    onward += sending.ask([(t, answer) for t, answer in answers if isinstance(answer, Ask)])
    return onward


def _answers(
    placed: Placed, group: Sequence[Traveller], people: dict[int, Person]
) -> Iterable[tuple[Traveller, Answer]]:
    """A person whom the node cannot bear fails alone; the others go on."""
    if not group:
        return
    kind, known = placed.kind, gather.known(placed, group)
    for traveller in group:
        try:
            visit = traveller.arriving(people[traveller.contact_id], known[traveller.contact_id])
            answer = kind.visit(placed.config, visit)
        except Exception as error:  # whatever a plug-in raises concerns this person alone
            log.warning("node failed", extra=traveller.told, exc_info=True)
            traveller.fail(f"{type(error).__name__}: {error}")
        else:
            yield traveller, answer

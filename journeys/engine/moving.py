"""People under way go over to another version, as it was decided when that was published (journeys/models/handover.py).

A chunk is one transaction: lock the next enrolments in the order of their ids (as timers and events do), decide about
each by where they stand *now*, write all of it and how far the work has come. Whoever moves on meanwhile waits for the
lock or is waited for; a timer that was claimed before somebody moved finds another visit and does nothing.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from journeys.engine import advance, compiled, store
from journeys.engine.traveller import State, Traveller, of
from journeys.graph import Graph
from journeys.models import Enrolment, Handover, Version
from kernel import lease
from kernel.failpoints import failpoint

log = logging.getLogger(__name__)

CHUNK = 500


def work_off(*, chunk: int = CHUNK, most: int = 200) -> int:
    """Carry out what was decided. Returns the number of chunks; `most` keeps one call short."""
    for number in range(most):
        claimed = lease.claim(Handover.objects.workable(), limit=1, lease=lease.IN_LINE, counted=False)
        if not claimed or not lease.begin(claimed[0]):
            return number
        try:
            _chunk(claimed[0], chunk)
        except Exception as error:
            log.exception("handover failed", extra={"handover_id": claimed[0].pk})
            _set_aside(claimed[0], f"{type(error).__name__}: {error}"[:500])
    return most


def _set_aside(handover: Handover, reason: str) -> None:
    """Tried again with growing waits; after the last attempt it ends, with its reason on the journey's page."""
    if handover.is_last_attempt:
        lease.finish(handover, error=reason)
    else:
        lease.retry(handover, after=lease.backoff(handover.attempts), error=reason)


@transaction.atomic
def _chunk(handover: Handover, size: int) -> None:
    if not lease.holds(handover):
        return
    version = Version.objects.select_related("journey").get(pk=handover.version_id)
    people = _next(handover, size) if version.journey.live_version_id == version.pk else []
    if not people:
        lease.finish(handover)
        return
    moved, left = _hand_over(people, handover, version)
    failpoint("journeys_handover_before_commit")
    lease.retry(
        handover,
        after=timedelta(0),
        attempts=0,
        error="",
        reached=people[-1].pk,
        moved=F("moved") + moved,
        left=F("left") + left,
        stayed=F("stayed") + len(people) - moved - left,
    )


def _next(handover: Handover, size: int) -> list[Enrolment]:
    rows = Enrolment.objects.under_way().filter(journey=handover.journey_id, pk__gt=handover.reached)
    rows = rows.exclude(version=handover.version_id).select_for_update(of=("self",)).order_by("pk")
    return list(rows.select_related("version__journey")[:size])


def _hand_over(people: Sequence[Enrolment], handover: Handover, version: Version) -> tuple[int, int]:
    """How many moved and how many left."""
    versions = {person.version_id: person.version for person in people} | {version.pk: version}
    graphs = compiled.graphs(versions.values())
    graph = graphs[version.pk]
    nodes = set(graph.nodes) if graph else set()
    leaving, staying_put, arriving = [], [], []
    for person in people:
        traveller, target = _traveller(person), handover.target_of(person.node, nodes)
        detail = f"{person.version.number} → {version.number}"
        if target == Handover.LEAVES:
            traveller.exit(str(version))
            leaving.append(traveller)
        elif target != Handover.FINISHES and graph is not None:
            if target == person.node and _is_same(graphs[person.version_id], graph, target):
                traveller.move(version.pk, detail)
                staying_put.append(traveller)
            else:
                traveller.begin_at(target, version.pk, detail)
                arriving.append(traveller)
    _write(leaving, staying_put, arriving, versions)
    return len(staying_put) + len(arriving), len(leaving)


def _traveller(person: Enrolment) -> Traveller:
    traveller = of(person)
    traveller.state, traveller.reason = person.state, person.reason
    return traveller


def _is_same(old: Graph | None, new: Graph, node: str) -> bool:
    """Nothing about this node changed but, perhaps, its title: whoever waits there waits on."""
    before, after = old.nodes.get(node) if old else None, new.nodes[node]
    return before is not None and (before.type, before.config) == (after.type, after.config)


def _write(
    leaving: Sequence[Traveller],
    staying_put: Sequence[Traveller],
    arriving: Sequence[Traveller],
    versions: dict[int, Version],
) -> None:
    """Who had failed stands still at the new place until somebody tries again; the others go on from there."""
    store.write(leaving, versions)
    store.record([*staying_put, *(t for t in arriving if t.state == State.FAILED)])
    store.tell_moved(staying_put, versions)
    advance.advance([t for t in arriving if t.state == State.ACTIVE])

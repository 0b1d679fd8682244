"""What happened, and whom it moves: triggers let people in, waits let them go on.

Events of one person are taken in their order, those of different people together: the batch is cut into waves, the
first holding everybody's first event, the second everybody's second, and so on. So a wait that begins with one event
hears of the next one in the same batch, and never of an earlier one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from crm.ledger.publishing import MAX_DEPTH, publish_many
from crm.models import Event
from crm.models.families import Family, families
from journeys.conditions import comparing
from journeys.engine import advance, compiled, store
from journeys.engine.traveller import Traveller, of, what_happened
from journeys.facts import JourneyEntered
from journeys.models import Enrolment, Timer, Version, Wait
from journeys.people import Happening


@dataclass(frozen=True)
class Item:
    """One event that some journey listens to, and the person it happened to."""

    happening: Happening
    person: Family


def listened() -> list[str]:
    """Names of all events that move anybody on any journey; the ledger's others need not be read."""
    return Version.objects.listened()


def take_in(events: Sequence[Event]) -> None:
    listening = _listening({event.name for event in events if event.contact_id})
    if not listening:
        return
    names = {name for version in listening for name in version.listens}
    heard = [event for event in events if event.contact_id and event.name in names]
    people = families(event.contact_id for event in heard if event.contact_id)
    items = [Item(what_happened(event), people[event.contact_id]) for event in heard if event.contact_id]
    doors = [version for version in listening if version.is_open]
    for wave in waves(items):
        advance.advance(_wake(wave) + _let_in(wave, doors))


def _listening(names: set[str]) -> list[Version]:
    return list(Version.objects.listening_to(names).select_related("journey").defer("graph")) if names else []


def waves(items: Iterable[Item]) -> list[list[Item]]:
    """Everybody's first, everybody's second, …"""
    cut: list[list[Item]] = []
    seen: dict[int, int] = defaultdict(int)
    for item in items:
        turn = seen[item.person.survivor_id]
        seen[item.person.survivor_id] += 1
        if turn == len(cut):
            cut.append([])
        cut[turn].append(item)
    return cut


def _wake(wave: Sequence[Item]) -> list[Traveller]:
    """Those whose event came; their rows are locked. In a paused journey the event is kept for when it goes on."""
    by_member = {member: item for item in wave for member in item.person.member_ids}
    waiting = (
        Wait.objects.filter(contact__in=by_member, event_name__in={item.happening.name for item in wave})
        .filter(enrolment__state=Enrolment.State.ACTIVE, enrolment__node=F("node"), enrolment__visit=F("visit"))
        .select_related("enrolment__journey", "enrolment__timer")
        .select_for_update(of=("enrolment",))
        .order_by("enrolment_id")
    )
    woken: list[Traveller] = []
    kept: list[Traveller] = []
    for wait in waiting:
        happening = by_member[wait.contact_id].happening
        if happening.name == wait.event_name and comparing.satisfied(wait.where, happening.properties):
            going = of(wait.enrolment, leaving="event", event=happening)
            (woken if wait.enrolment.journey.is_live else kept).append(going)
    _keep(kept)
    return woken


def _keep(kept: Sequence[Traveller]) -> None:
    """The journey is paused: they leave by the event's branch as soon as it goes on."""
    for traveller in kept:
        event_id = traveller.event.id if traveller.event else None
        Timer.objects.filter(enrolment=traveller.enrolment_id).update(
            branch=traveller.leaving, event_id=event_id, due_at=Now()
        )
        Wait.objects.filter(enrolment=traveller.enrolment_id).delete()


def _let_in(wave: Sequence[Item], doors: Sequence[Version]) -> list[Traveller]:
    """New enrolments, and the news of them. The database says who may not enter again."""
    knocking = [row for version in doors for item in wave for row in _knock(version, item)]
    newcomers = _new(knocking, [item.person for item in wave])
    if not newcomers:
        return []
    entered = store.enrol(newcomers, {item.happening.id: item.happening for item in wave})
    _tell(entered, {version.pk: version for version in doors})
    return entered


def _knock(version: Version, item: Item) -> list[tuple[Any, ...]]:
    """At most one row: the first trigger of this version that the event fits. A chain of causes at its end goes no
    further: two journeys that start each other would never stop."""
    happening, graph = item.happening, compiled.graph(version)
    if happening.depth >= MAX_DEPTH or graph is None:
        return []
    for placed in graph.entries:
        trigger: Any = placed.kind
        if trigger.matches(placed.config, happening):
            entry = trigger.entry(placed.config)
            key = f"event:{happening.id}" if entry == "each" else ""
            contact = item.person.survivor_id
            place = (version.journey_id, version.pk, contact, key, entry == "once", placed.id)
            return [(*place, happening.id, store.entry_of(happening))]
    return []


def _new(knocking: Sequence[tuple[Any, ...]], people: Iterable[Family]) -> list[tuple[Any, ...]]:
    """Without those who are here, or were, as a record that was merged into theirs since: of that no index knows. Asked
    apart, because hardly anybody was merged, and the condition would slow down everybody's entry by a fifth."""
    merged = {member: who.survivor_id for who in people for member in who.member_ids if member != who.survivor_id}
    if not merged:
        return list(knocking)
    found = Enrolment.objects.filter(contact__in=merged, journey__in={row[0] for row in knocking})
    rows = list(found.values_list("journey_id", "contact_id", "key", "state"))
    ever = {(journey, merged[contact]) for journey, contact, _, _ in rows}
    here = {(journey, merged[contact], key) for journey, contact, key, state in rows if state == Enrolment.State.ACTIVE}
    return [
        (journey, version, contact, key, once, *rest)
        for journey, version, contact, key, once, *rest in knocking
        if (journey, contact, key) not in here and not (once and (journey, contact) in ever)
    ]


def _tell(entered: Sequence[Traveller], versions: dict[int, Version]) -> None:
    facts = [
        JourneyEntered(
            contact_id=t.contact_id,
            journey_id=t.journey_id,
            journey=versions[t.version_id].journey.name,
            enrolment_id=t.enrolment_id,
            version=versions[t.version_id].number,
        )
        for t in entered
    ]
    publish_many(facts, causes=[t.cause for t in entered])

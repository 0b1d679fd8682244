"""Where somebody is and why, in the reader's words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from crm.ledger.fact import called, tell
from crm.models import Event
from journeys.graph import Graph
from journeys.models import Enrolment, Step, Wait
from journeys.nodes.base import Placed
from kernel.told import told

SHAPES = {"failed": "case", "exited": "case"}


@dataclass(frozen=True)
class Told:
    """One knot of the log."""

    kind: str
    title: str
    text: str
    cause: str
    at: datetime


def log(enrolment: Enrolment, graph: Graph | None) -> list[Told]:
    """Oldest first, each event told where it comes in. Two queries, however long it is."""
    steps = list(enrolment.steps.all())
    events = Event.objects.in_bulk({step.event_id for step in steps if step.event_id})
    before = [None, *(step.event_id for step in steps)]
    news = [step.event_id != last for step, last in zip(steps, before, strict=False)]
    return [
        _told(step, graph, events.get(step.event_id or 0) if is_new else None)
        for step, is_new in zip(steps, news, strict=True)
    ]


def _told(step: Step, graph: Graph | None, event: Event | None) -> Told:
    placed = graph.nodes.get(step.node) if graph else None
    cause = _("because of: %(event)s") % {"event": tell(event.name, event.properties)} if event else ""
    kind = SHAPES.get(step.outcome) or (placed.kind.knot if placed else "event")
    return Told(kind, placed.label if placed else step.node, outcome(step, placed), cause, step.at)


def outcome(step: Step, placed: Placed | None) -> str:
    """What came of it: "waits: conversation resolved", "yes", "failed: no such field"."""
    words = {
        "waiting": _("waits"),
        "failed": _("stopped"),
        "exited": _("taken out"),
        "retried": _("tried again"),
        "moved": _("moved to another version"),
        "end": _("the journey ends here"),
        "next": "",
    }
    said = words.get(step.outcome)
    if said is None:
        branches = placed.kind.branches(placed.config) if placed else {}
        said = str(branches.get(step.outcome) or step.outcome)
    names_event = step.outcome == "waiting" or step.visit == 1  # the one waited for, the one that began it
    detail = told(called(step.detail) if names_event else step.detail)
    return ": ".join(part for part in (said, detail) if part)


def waits_for(wait: Wait | None) -> str:
    """The event by the name that the journey's own page has for it; "" for somebody who waits for none."""
    return called(wait.event_name) if wait else ""


def place(enrolment: Enrolment, graph: Graph | None) -> str:
    """The name of the node where they stand."""
    placed = graph.nodes.get(enrolment.node) if graph else None
    return placed.label if placed else enrolment.node

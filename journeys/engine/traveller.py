"""Somebody under way, in memory, while the engine takes them on."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crm.ledger import Recorded
from crm.ledger.publishing import MAX_DEPTH
from crm.models import Event
from journeys.models import Enrolment
from journeys.people import Happening, Person, Visit

State = Enrolment.State


class Mark(NamedTuple):
    """One line for the log."""

    node: str
    visit: int
    outcome: str
    detail: str = ""
    event_id: int | None = None


@dataclass(eq=False)
class Traveller:
    """`leaving`: the branch by which they leave the node they stood at; None: they have just arrived there.

    `event` is what just happened to them, if that is why they move. `waiting` is set by a node that lets them wait.
    """

    enrolment_id: int
    journey_id: int
    version_id: int
    contact_id: int
    entry: Happening
    node: str
    visit: int
    leaving: str | None = None
    event: Happening | None = None
    state: str = State.ACTIVE
    reason: str = ""
    waiting: Any = None
    log: list[Mark] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Of what is sent from here: the same visit never sends twice."""
        return f"enrolment:{self.enrolment_id}:{self.node}:{self.visit}"

    @property
    def cause(self) -> Recorded | None:
        """What the facts and messages of this move come from: the latest event, unless its chain is at its end."""
        happening = self.event if self.event and self.event.depth < MAX_DEPTH else self.entry
        return Recorded(happening.id, happening.depth) if happening.id else None

    @property
    def told(self) -> dict[str, Any]:
        """Ids for a line of the log: who, where, and because of which event."""
        return {"enrolment_id": self.enrolment_id, "node": self.node, "cause_id": self.cause.id if self.cause else None}

    def arriving(self, person: Person, known: dict[str, Any]) -> Visit:
        return Visit(self.enrolment_id, self.visit, person, self.entry, self.event, known)

    def mark(self, outcome: str, detail: str = "") -> None:
        event_id = self.event.id if self.event else None
        self.log.append(Mark(self.node, self.visit, outcome, detail[:500], event_id))

    def go(self, branch: str, to: str, detail: str = "") -> None:
        self.mark(branch, detail)
        self.node, self.visit, self.leaving = to, self.visit + 1, None

    def wait(self, answer: Any) -> None:
        self.mark("waiting", answer.event)
        self.waiting = answer

    def complete(self, reason: str) -> None:
        self.mark("end", reason)
        self.state, self.reason = State.COMPLETED, reason[:500]

    def exit(self, reason: str) -> None:
        self.mark("exited", reason)
        self.state, self.reason = State.EXITED, reason[:500]

    def move(self, version_id: int, detail: str) -> None:
        """Stand at the same node of another version, and wait on for the same."""
        self.mark("moved", detail)
        self.version_id = version_id

    def begin_at(self, node: str, version_id: int, detail: str) -> None:
        """Arrive anew, at any node of another version."""
        self.move(version_id, detail)
        self.node, self.visit, self.leaving = node, self.visit + 1, None

    def fail(self, reason: str) -> None:
        self.mark("failed", reason)
        self.state, self.reason = State.FAILED, reason[:500]


def what_happened(event: Event) -> Happening:
    return Happening(event.pk, event.name, event.properties, event.depth)


def of(enrolment: Enrolment, *, leaving: str | None = None, event: Happening | None = None) -> Traveller:
    entry = enrolment.entry
    return Traveller(
        enrolment_id=enrolment.pk,
        journey_id=enrolment.journey_id,
        version_id=enrolment.version_id,
        contact_id=enrolment.contact_id,
        entry=Happening(
            enrolment.event_id or 0, entry.get("name", ""), entry.get("properties", {}), entry.get("depth", 0)
        ),
        node=enrolment.node,
        visit=enrolment.visit,
        leaving=leaving,
        event=event,
    )

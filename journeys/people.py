"""People as nodes and conditions see them: plain data, no rows, so that a plug-in can neither query nor write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Happening:
    """An event of the ledger. `depth`: how many reactions led to it."""

    id: int
    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0


@dataclass(frozen=True)
class Person:
    """A contact. `known_for_days` counts from when we first saw them, by the database's clock."""

    id: int
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    company: str = ""
    language: str = ""
    timezone: str = ""
    feeling: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    known_for_days: float = 0.0

    @property
    def data(self) -> dict[str, Any]:
        """What a message template may say about them: `{{ contact.first_name }}`, `{{ contact.traits.plan }}`."""
        return {
            "id": self.id,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "name": f"{self.first_name} {self.last_name}".strip(),
            "email": self.email,
            "company": self.company,
            "language": self.language,
            "feeling": self.feeling,
            "traits": dict(self.traits),
            "custom": dict(self.custom),
        }


@dataclass(frozen=True)
class Visit:
    """Somebody arrives at a node. `entry` brought them onto the journey; `event` is what just happened, if they come
    straight from there. `known` holds what each condition gathered about them, by its slug."""

    enrolment_id: int
    number: int
    person: Person
    entry: Happening
    event: Happening | None = None
    known: Mapping[str, Any] = field(default_factory=dict)

    @property
    def latest(self) -> Happening:
        return self.event or self.entry

"""The facts that crm publishes."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from crm.ledger.fact import Fact, fact


@fact
@dataclass(frozen=True, kw_only=True)
class ContactCreated(Fact):
    name: ClassVar = "contact.created"
    story: ClassVar = _("First seen ({source})")
    icon: ClassVar = "user-plus"
    source: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ContactIdentified(Fact):
    """An identity was added to a known person: an address, a number, a visitor id."""

    name: ClassVar = "contact.identified"
    story: ClassVar = _("Known also by {kind}")
    icon: ClassVar = "fingerprint"
    kind: str = ""
    identity_id: int = 0


@fact
@dataclass(frozen=True, kw_only=True)
class ContactUpdated(Fact):
    name: ClassVar = "contact.updated"
    story: ClassVar = _("Changed: {changed}")
    icon: ClassVar = "pencil"
    changed: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class FeelingChanged(Fact):
    name: ClassVar = "contact.feeling_changed"
    story: ClassVar = _("Feels {feeling}")
    icon: ClassVar = "heart"
    feeling: str = ""
    previous: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class NoteWritten(Fact):
    name: ClassVar = "note.written"
    story: ClassVar = _("Note by {author}: {excerpt}")
    icon: ClassVar = "notebook-pen"
    note_id: int = 0
    author: str = ""
    excerpt: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class TaskPlanned(Fact):
    name: ClassVar = "task.planned"
    story: ClassVar = _("Task planned: {title}")
    icon: ClassVar = "square-check"
    task_id: int = 0
    title: str = ""
    owner_id: int | None = None


@fact
@dataclass(frozen=True, kw_only=True)
class TaskDone(Fact):
    name: ClassVar = "task.done"
    story: ClassVar = _("Task done: {title}")
    icon: ClassVar = "circle-check"
    task_id: int = 0
    title: str = ""

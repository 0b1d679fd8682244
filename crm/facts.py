"""The facts that crm publishes."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from crm.ledger.fact import Fact, fact, labels
from crm.models import Consent, Contact, Feeling, Identity
from crm.models.words import called


def _fields(names: str) -> str:
    """Of a contact: "language, time_zone" by the names that pages have for them."""
    known = {field.name: str(field.verbose_name) for field in Contact._meta.concrete_fields}
    return ", ".join(known.get(name, name) for name in names.split(", "))


def _traits(names: str) -> str:
    """ "email, firstName" by the names that pages have for them."""
    return ", ".join(dict.fromkeys(called(name) for name in names.split(", ")))


@dataclass(frozen=True, kw_only=True)
class _InList(Fact):
    """It changes what the list of contacts says."""

    def topics(self) -> list[str]:
        return ["contacts:all"]


@fact
@dataclass(frozen=True, kw_only=True)
class ContactCreated(_InList):
    name: ClassVar = "contact.created"
    story: ClassVar = _("First seen ({source})")
    words: ClassVar = {"source": called}
    icon: ClassVar = "user-plus"
    source: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ContactIdentified(Fact):
    """An identity was added to a known person: an address, a number, a visitor id."""

    name: ClassVar = "contact.identified"
    story: ClassVar = _("Known also by {kind}")
    words: ClassVar = {"kind": labels(Identity.Kind)}
    icon: ClassVar = "fingerprint"
    kind: str = ""
    identity_id: int = 0


@fact
@dataclass(frozen=True, kw_only=True)
class IdentityShared(Fact):
    """Several people use it: from now on it joins nobody."""

    name: ClassVar = "identity.shared"
    story: ClassVar = _("Several people use this {kind}; it joins nobody any more")
    words: ClassVar = {"kind": labels(Identity.Kind)}
    icon: ClassVar = "users"
    kind: str = ""
    identity_id: int = 0


@fact
@dataclass(frozen=True, kw_only=True)
class ContactUpdated(_InList):
    name: ClassVar = "contact.updated"
    story: ClassVar = _("Changed: {changed}")
    words: ClassVar = {"changed": _fields}
    icon: ClassVar = "pencil"
    changed: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ContactTagged(_InList):
    name: ClassVar = "contact.tagged"
    story: ClassVar = _("Tagged “{tag}”")
    icon: ClassVar = "tag"
    tag: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ContactUntagged(_InList):
    name: ClassVar = "contact.untagged"
    story: ClassVar = _("Tag “{tag}” taken off")
    icon: ClassVar = "tag"
    tag: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class FeelingChanged(_InList):
    name: ClassVar = "contact.feeling_changed"
    story: ClassVar = _("Feels {feeling}")
    words: ClassVar = {"feeling": labels(Feeling)}
    icon: ClassVar = "heart"
    feeling: str = ""
    previous: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class NoteWritten(Fact):
    name: ClassVar = "note.written"
    story: ClassVar = _("Note by {author}: {excerpt}")
    without: ClassVar = {"author": _("Note: {excerpt}")}
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


@fact
@dataclass(frozen=True, kw_only=True)
class TaskReopened(Fact):
    name: ClassVar = "task.reopened"
    story: ClassVar = _("Task open again: {title}")
    icon: ClassVar = "square-check"
    task_id: int = 0
    title: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class TaskDropped(Fact):
    name: ClassVar = "task.dropped"
    story: ClassVar = _("Task dropped: {title}")
    icon: ClassVar = "square-check"
    task_id: int = 0
    title: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class NoteWithdrawn(Fact):
    name: ClassVar = "note.withdrawn"
    story: ClassVar = _("{author} took a note back")
    icon: ClassVar = "notebook-pen"
    note_id: int = 0
    author: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ConsentChanged(Fact):
    """`channel` is the channel that the consent is about, so a timeline filtered by channel shows it."""

    name: ClassVar = "consent.changed"
    story: ClassVar = _("Consent {state}: {purpose}")
    words: ClassVar = {"state": labels(Consent.State), "purpose": called}
    icon: ClassVar = "shield-check"
    purpose: str = ""
    state: str = ""
    source: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ContactMerged(_InList):
    name: ClassVar = "contact.merged"
    story: ClassVar = _("Joined with contact {member_id}: {rule}")
    icon: ClassVar = "merge"
    member_id: int = 0
    rule: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ContactsSeparated(_InList):
    name: ClassVar = "contact.separated"
    story: ClassVar = _("Separated from contact {member_id}")
    icon: ClassVar = "split"
    member_id: int = 0


@fact
@dataclass(frozen=True, kw_only=True)
class ContactDescribed(Fact):
    """An identify call: `traits` lists which traits were told; their values are on the contact."""

    name: ClassVar = "contact.described"
    story: ClassVar = _("Told about: {traits}")
    words: ClassVar = {"traits": _traits}
    icon: ClassVar = "fingerprint"
    traits: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ContactGrouped(Fact):
    name: ClassVar = "contact.grouped"
    story: ClassVar = _("Belongs to {company}")
    icon: ClassVar = "building-2"
    company: str = ""
    group_id: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class ContactAliased(Fact):
    name: ClassVar = "contact.aliased"
    story: ClassVar = _("Was known as {previous_id}")
    icon: ClassVar = "fingerprint"
    previous_id: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class PageViewed(Fact):
    """A page call, from a visitor's browser or a shop's server. Its other properties are the sender's."""

    name: ClassVar = "page.viewed"
    story: ClassVar = _("Visited {name}")
    icon: ClassVar = "eye"


@fact
@dataclass(frozen=True, kw_only=True)
class ScreenViewed(Fact):
    name: ClassVar = "screen.viewed"
    story: ClassVar = _("Opened {name} in the app")
    icon: ClassVar = "smartphone"

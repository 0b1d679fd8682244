"""What a fact is: a frozen dataclass in the past tense, with a name in the ledger and a way to be told."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q, TextChoices
from django.utils.functional import Promise

from crm.ledger.commerce import STORIES
from kernel.registry import RegistrationError

Words = Callable[[Any], object]


def labels(choices: type[TextChoices]) -> Words:
    """For `words`: the label of a choice; what is none is told as it is."""
    known = dict(choices.choices)
    return lambda value: known.get(value, value)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Base of all facts. Subclasses add fields that fit into JSON: ids, numbers, short words; no bodies, no secrets.

    `name` is the ledger's name (`conversation.resolved`); `story` is how a timeline tells it, a lazy translation with
    the fields as placeholders ("Resolved: {subject}"); `without` is the story where a field is empty, as an author is
    where a program wrote; `words` puts values that the ledger keeps as code does into the reader's language; `icon`
    names an icon of the sprite; `doubles` are those of this kind that tell a timeline's reader nothing new; `label` is
    what a journey calls it that waits for it, and `fields` what it calls its properties.
    """

    name: ClassVar[str]
    story: ClassVar[str | Promise]
    without: ClassVar[Mapping[str, str | Promise]] = {}
    words: ClassVar[Mapping[str, Words]] = {}
    icon: ClassVar[str] = "circle-dot"
    doubles: ClassVar[Q | None] = None
    label: ClassVar[str | Promise] = ""
    fields: ClassVar[Mapping[str, str | Promise]] = {}

    contact_id: int | None
    occurred_at: datetime | None = None  # None: now, by the database's clock
    channel: str = ""

    def properties(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in _COLUMNS}

    @classmethod
    def page(cls, properties: dict[str, Any], viewer: Any) -> str:
        """Where a timeline leads that this viewer may open, "" where to nothing."""
        return ""

    def topics(self) -> list[str]:
        """Where on people's screens this shows: live topics besides the contact's own (kernel/realtime.py)."""
        return []


_COLUMNS = {field.name for field in dataclasses.fields(Fact)}
_facts: dict[str, type[Fact]] = {}


def fact(cls: type[Fact]) -> type[Fact]:
    """Register a Fact subclass by its name. Raises RegistrationError for a missing or taken name."""
    if not getattr(cls, "name", "") or not getattr(cls, "story", ""):
        raise RegistrationError(f"{cls.__qualname__} must declare `name` and `story`.")
    if _facts.setdefault(cls.name, cls).__qualname__ != cls.__qualname__:
        raise RegistrationError(f"The fact name {cls.name!r} is taken by {_facts[cls.name].__qualname__}.")
    return cls


def fact_class(name: str) -> type[Fact] | None:
    return _facts.get(name)


def all_facts() -> dict[str, type[Fact]]:
    return dict(_facts)


def doubled() -> Q:
    """Events that a timeline leaves out, for what they tell another one told: whoever made each kind says which."""
    of_kinds = Q(pk__in=())
    for name, known in _facts.items():
        if known.doubles is not None:
            of_kinds |= Q(name=name) & known.doubles
    return of_kinds


def leads_to(name: str, properties: dict[str, Any], viewer: Any) -> str:
    """A page with more of it, "" where there is none for this viewer."""
    known = _facts.get(name)
    return known.page(properties, viewer) if known and viewer else ""


def tell(name: str, properties: dict[str, Any]) -> str:
    """One line for a timeline. Events from outside are told by their own name, those of shops in plain words."""
    known = _facts.get(name)
    if known is None:
        return str(STORIES.get(name, name))
    said = {field: word(properties[field]) for field, word in known.words.items() if field in properties}
    story = next((shorter for field, shorter in known.without.items() if not properties.get(field)), known.story)
    return str(story).format_map(_Forgiving(properties | said))


def called(name: str) -> str:
    """What this kind of event is called; one from outside, and one without a label, by its own name."""
    known = _facts.get(name)
    return str(known.label) if known and known.label else name


def field_called(name: str, field: str) -> str:
    known = _facts.get(name)
    return str(known.fields.get(field, field)) if known else field


class _Forgiving(dict[str, Any]):
    """A fact written by an older version may lack a field that today's story mentions."""

    def __missing__(self, key: str) -> str:
        return "…"

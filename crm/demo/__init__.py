"""The demo company, Casa Lumbre: each app brings its own part, in order, on the first start of a new installation.

    @seeder(order=30)
    def answers(random: Random, customers: Sequence[Contact]) -> None: ...

in `<app>/demo.py`, which `seed_demo` imports. The same random numbers in the same order give the same company every
time; only its calendar moves, so that "today" is always the last day of its year.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from crm.models import Contact, User

COMPANY = "Casa Lumbre"
SEED = 7
YEAR = 365


@dataclass
class Demo:
    """What crm's own steps share. `users` by the part of their address before the @."""

    now: datetime
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - a play, not a secret
    customers: list[Contact] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)


Seeder = Callable[[Random, Sequence[Contact]], None]


@dataclass(frozen=True, order=True)
class Part:
    order: int
    name: str
    seed: Seeder = field(compare=False)


_parts: dict[str, Part] = {}


def seeder(*, order: int) -> Callable[[Seeder], Seeder]:
    """Decorator. crm makes the people first; then the parts, lowest `order` first, all in one transaction."""

    def register(function: Seeder) -> Seeder:
        name = f"{function.__module__.partition('.')[0]}: {function.__name__.replace('_', ' ')}"
        _parts[name] = Part(order, name, function)
        return function

    return register


def were_here(doings: Iterable[tuple[int, datetime]]) -> None:
    """Contact id and when they did something: the newest is their last activity, unless a later one is known."""
    last: dict[int, datetime] = {}
    for contact_id, at in doings:
        last[contact_id] = max(at, last.get(contact_id, at))
    for contact_id, at in last.items():
        Contact.objects.filter(pk=contact_id, last_activity_at__lt=at).update(last_activity_at=at)


def nobody_lives_here() -> bool:
    """The demo company moves into empty houses only."""
    return not (User.objects.exists() or Contact.objects.exists())


def parts() -> list[Part]:
    return sorted(_parts.values())

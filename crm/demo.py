"""The demo company's data: each app brings its own part, in order, on the first start of a new installation.

    @seeder(order=20)
    def conversations(random: Random, customers: Sequence[Contact]) -> None: ...

in `<app>/demo.py`, which `seed_demo` imports. The same Random in the same order gives the same company every time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from crm.models import Contact

Seeder = Callable[[Random, Sequence[Contact]], None]
SEED = 7


@dataclass(frozen=True, order=True)
class Part:
    order: int
    name: str
    seed: Seeder


_parts: dict[str, Part] = {}


def seeder(*, order: int) -> Callable[[Seeder], Seeder]:
    """Decorator. crm's own parts, 0 to 9, make the people; upper apps begin at 10. Runs inside one transaction."""

    def register(function: Seeder) -> Seeder:
        name = f"{function.__module__.partition('.')[0]}: {function.__name__}"
        _parts[name] = Part(order, name, function)
        return function

    return register


def parts() -> list[Part]:
    return sorted(_parts.values())

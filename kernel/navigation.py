"""The main navigation: each app names its own pages, config shows those that the user's role may open.

nav("inbox", _("Inbox"), icon="inbox", policy=agents_only, order=10, counter="inbox-mine")
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from kernel.policies import Policy


@dataclass(frozen=True)
class Item:
    """`counter` names a live counter (kernel/realtime.py)."""

    view: str
    label: Any
    icon: str
    policy: Policy
    order: int
    counter: str = ""

    @property
    def url(self) -> str:
        return reverse(self.view)


_items: dict[str, Item] = {}


def nav(view: str, label: Any, *, icon: str, policy: Policy, order: int, counter: str = "") -> None:
    _items[view] = Item(view, label, icon, policy, order, counter)


def items_for(user: Any) -> list[Item]:
    return sorted((item for item in _items.values() if item.policy.admits(user)), key=lambda item: item.order)

"""What a node is: a folder in journeys/nodes/ with a class in `plugin.py`. Recipe: docs/recipes/add-a-node.md.

A node answers, the engine acts. It is asked about one visit at a time and gives back one of the answers below; it reads
no rows, writes none and sends nothing. So the engine takes hundreds of people through a node with a few statements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.functional import Promise

from journeys.people import Visit
from kernel.registry import Registry

Config = Mapping[str, Any]


@dataclass(frozen=True)
class Next:
    """Go on along `branch` at once."""

    branch: str = "next"
    detail: str = ""


@dataclass(frozen=True)
class Wait:
    """Stay for `timeout`, then go on along `on_timeout`; or along `on_event` as soon as `event` happens to this person
    with properties that satisfy `where` (journeys/conditions/comparing.py)."""

    timeout: timedelta
    on_timeout: str = "next"
    event: str = ""
    where: Sequence[Mapping[str, Any]] = ()
    on_event: str = "event"


@dataclass(frozen=True)
class Send:
    """Write a message: Liquid templates by language, each {"subject", "text"}, rendered by the engine with `data`.

    `or_else`: the branch for people whom no channel reaches. `brand`: the name above the message.
    """

    texts: Mapping[str, Mapping[str, str]]
    data: Mapping[str, Any]
    language: str = ""
    purpose: str = "transactional"
    brand: str = ""
    or_else: str = "next"


@dataclass(frozen=True)
class Ask:
    """Invite to a survey. Whoever was asked lately is not asked again; they go on all the same."""

    survey_id: int


@dataclass(frozen=True)
class End:
    """The journey is over for this person."""

    reason: str = ""


Answer = Next | Wait | Send | Ask | End


class Node:
    """Base of all nodes. One instance serves all visits: keep no state on it."""

    slug: ClassVar[str]
    label: ClassVar[str | Promise]
    icon: ClassVar[str] = "circle-dot"
    knot: ClassVar[str] = "journey"  # its shape on the thread
    is_entry: ClassVar[bool] = False  # people come in here
    is_end: ClassVar[bool] = False
    pauses: ClassVar[bool] = False  # people stand here for a while; a loop needs such a node
    example: ClassVar[dict[str, Any]] = {}  # a config that works, for documents, forms and the contract test

    def branches(self, config: Config) -> dict[str, str | Promise]:
        """The ways out: name → label. Every way out must lead somewhere."""
        return {"next": ""}

    def problems(self, config: Config) -> list[str]:
        """Sentences about what is wrong with the settings; empty when it can work. Must bear any JSON."""
        return []

    def missing(self, config: Config) -> list[str]:
        """Sentences about what the settings refer to and is not there. Asked when publishing; may read rows."""
        return []

    def listens(self, config: Config) -> list[str]:
        """Names of events that this node wants to hear of."""
        return []

    def conditions(self, config: Config) -> list[str]:
        """Slugs of the conditions it asks, so that the engine gathers what they need, for everybody at once."""
        return []

    def surveys(self, config: Config) -> list[int]:
        """Numbers of the surveys that people are asked here: pausing the journey keeps those from asking by
        themselves."""
        return []

    def summary(self, config: Config) -> str:
        """One line for an outline: what this node does, in the reader's language. May read rows."""
        return ""

    def visit(self, config: Config, visit: Visit) -> Answer:
        raise NotImplementedError(f"{type(self).__name__} must implement visit().")


nodes: Registry[Node] = Registry("node", base=Node, package="journeys.nodes", declares=("example",))


@dataclass(frozen=True)
class Placed:
    """A node in a graph: which kind, and with which settings."""

    id: str
    type: str
    config: Config = field(default_factory=dict)
    title: str = ""

    @property
    def kind(self) -> Node:
        """Raises LookupError for a kind that is no longer there."""
        return nodes.get(self.type)()

    @property
    def label(self) -> str:
        return self.title or str(self.kind.label)

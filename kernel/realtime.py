"""Real time is rendering: after a commit a poke goes to the topics concerned; whoever watches reads the ledger from
their own cursor, renders the page's own fragments with their own permissions, and pushes them (ADR 7).

Pokes carry no data and may be lost: each socket also looks by itself every few seconds. The protocol is JSON:

client → {"type": "subscribe", "topics": ["conversation:12"], "cursor": "8123-0" or null}
server → {"type": "fragments", "html": "<… hx-swap-oob …>", "cursor": "8125-0"}
         {"type": "counters", "deltas": {"inbox-mine": 1}}
         {"type": "tick", "cursor": "8125-0", "lag": 0.0}     every TICK_SECONDS; lag in seconds
         {"type": "stale", "topics": ["outbox:all"]}         these changed: fetch again what shows them
         {"type": "reload"}                                  too much was missed, or who sees what has
                                                             changed: fetch the page's parts again
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from kernel.breaker import Breaker

log = logging.getLogger(__name__)
_layer = Breaker()

PATIENCE = 0.5  # seconds that a request waits for the layer; it has no time limit of its own
TICK_SECONDS = 5.0
CATCH_UP = 200  # more missed events than this and the client reloads instead
MANY_TOPICS = 50  # a change that concerns more than this is told to everybody once instead of to each topic
EVERYBODY = "everybody"
LIST_PAUSE = 1.0  # seconds between two pokes of a process to one list; what comes in between is found by the tick
SEEN_AT_MOST = 200  # ids that a place written as text may carry


@dataclass(frozen=True)
class News:
    """One ledger event as screens see it."""

    id: int
    name: str
    contact_id: int | None
    properties: dict[str, Any]
    topics: frozenset[str]


@dataclass
class Push:
    """What a renderer wants shown: out-of-band fragments and counter deltas; `stale`: topics of lists that changed."""

    html: str = ""
    counters: dict[str, int] = field(default_factory=dict)
    stale: frozenset[str] = frozenset()

    def __add__(self, other: "Push") -> "Push":
        counters = dict(self.counters)
        for name, delta in other.counters.items():
            counters[name] = counters.get(name, 0) + delta
        return Push(self.html + other.html, counters, self.stale | other.stale)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


@dataclass(frozen=True)
class Place:
    """How far a socket has read: all below `horizon`, and of what is above it those in `seen`."""

    horizon: int
    seen: frozenset[int] = frozenset()

    def __str__(self) -> str:
        """For a page or a client to keep: "8123-0", or "8123-17.19" with what was seen above the horizon."""
        few = sorted(self.seen)[-SEEN_AT_MOST:]
        return f"{self.horizon}-{'.'.join(map(str, few)) or 0}"

    @classmethod
    def parse(cls, text: str | None) -> "Place | None":
        head, _, tail = (text or "").partition("-")
        seen = tail.split(".")[:SEEN_AT_MOST] if tail not in ("", "0") else []
        return cls(int(head), frozenset(map(int, seen))) if all(map(_is_number, [head, *seen])) else None


class Feed(Protocol):
    """Reads the ledger; crm provides it. `since` None means from now on."""

    def __call__(self, since: Place | None, limit: int) -> tuple[list[News], Place]: ...


Renderer = Callable[[Any, News], Push]
TopicGuard = Callable[[Any, str], bool]
Outdated = Callable[[Any, list[News]], bool]

_renderers: dict[str, list[Renderer]] = {}
_watchers: dict[str, list[Renderer]] = {}
_guards: dict[str, TopicGuard] = {}
_lists: dict[str, Outdated] = {}
_poked: dict[str, float] = {}
_feeds: list[Feed] = []


def live(*names: str) -> Callable[[Renderer], Renderer]:
    """`@live("conversation.resolved") def rows(user, news) -> Push`. Renderers fetch through `visible_to(user)` and
    return an empty Push for what this user may not see: permission is checked for each event, at delivery."""

    def register(function: Renderer) -> Renderer:
        for name in names:
            renderers = _renderers.setdefault(name, [])
            renderers[:] = [r for r in renderers if r.__qualname__ != function.__qualname__] + [function]
        return function

    return register


def watch(kind: str) -> Callable[[Renderer], Renderer]:
    """`@watch("contact") def knot(user, news) -> Push`: for every event, whatever its name, that reaches somebody who
    listens to a topic of this kind."""

    def register(function: Renderer) -> Renderer:
        watchers = _watchers.setdefault(kind, [])
        watchers[:] = [w for w in watchers if w.__qualname__ != function.__qualname__] + [function]
        return function

    return register


def topic_guard(kind: str) -> Callable[[TopicGuard], TopicGuard]:
    """Who may listen to topics `kind:id`. A kind without a guard cannot be subscribed to."""

    def register(function: TopicGuard) -> TopicGuard:
        _guards[kind] = function
        return function

    return register


def outdates(kind: str) -> Callable[[Outdated], Outdated]:
    """`@outdates("outbox") def any_visible(user, news) -> bool`: for lists and figures, where one event more or less is
    no fragment of its own. Asked once for all that came together; if this viewer may see any of it, their page fetches
    again what shows the topic, through its own view. Nothing is rendered for topics of such a kind."""

    def register(function: Outdated) -> Outdated:
        _lists[kind] = function
        return function

    return register


def _kind(topic: str) -> str:
    return topic.partition(":")[0]


def may_listen(user: Any, topic: str) -> bool:
    guard = _guards.get(_kind(topic))
    return bool(guard and guard(user, topic.partition(":")[2]))


def provide_feed(feed: Feed) -> Feed:
    _feeds[:] = [feed]
    return feed


def here() -> Place:
    """How far the ledger has come: for a page to note what it shows already."""
    return read_feed(None, 1)[1]


def read_feed(since: Place | None, limit: int) -> tuple[list[News], Place]:
    return _feeds[0](since, limit)


def render_news(user: Any, news: Iterable[News], topics: set[str]) -> Push:
    """Everything of interest to this user, in the ledger's order."""
    items = list(news)
    lists = frozenset(topic for topic in topics if _kind(topic) in _lists)
    total = Push(stale=frozenset(topic for topic in lists if _is_outdated(user, topic, items)))
    for item in items:
        heard = (item.topics & topics) - lists
        if heard:
            for renderer in [*_renderers.get(item.name, []), *_watching(heard)]:
                total += renderer(user, item)
    return total


def _is_outdated(user: Any, topic: str, news: list[News]) -> bool:
    of_it = [item for item in news if topic in item.topics]
    return bool(of_it) and _lists[_kind(topic)](user, of_it)


def _watching(topics: Iterable[str]) -> list[Renderer]:
    kinds = sorted({_kind(topic) for topic in topics})
    return [watcher for kind in kinds for watcher in _watchers.get(kind, [])]


def group_name(topic: str) -> str:
    return "topic." + topic.replace(":", ".")


def poke(topics: Iterable[str]) -> None:
    """After a commit: tell whoever watches these topics to look. A layer that is away is logged, not raised."""
    wanted = sorted(filter(_may_be_poked, set(topics)))
    if len(wanted) > MANY_TOPICS:
        wanted = [EVERYBODY]
    _tell(wanted, "look")


def start_over() -> None:
    """After a commit that changes who sees what, which is no event: every screen fetches its parts again."""
    _tell([EVERYBODY], "reload")


def _tell(topics: list[str], what: str) -> None:
    layer = get_channel_layer()
    if not topics or layer is None or _layer.is_open:
        return
    try:
        async_to_sync(_send)(layer, topics, what)
    except Exception as error:  # any transport error: the sockets' own tick makes up for it
        _layer.trip()
        log.warning("channel layer away, screens will catch up: %s", type(error).__name__)


def _may_be_poked(topic: str) -> bool:
    """A campaign changes the outbox a hundred times a second; nobody reads so fast, and each poke is a look."""
    if _kind(topic) not in _lists:
        return True
    now = time.monotonic()
    if now - _poked.get(topic, -LIST_PAUSE) < LIST_PAUSE:
        return False
    _poked[topic] = now
    return True


async def _send(layer: Any, topics: list[str], what: str) -> None:
    async with asyncio.timeout(PATIENCE):
        for topic in topics:
            await layer.group_send(group_name(topic), {"type": what})

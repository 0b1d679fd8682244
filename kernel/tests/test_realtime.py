"""Places, pushes and pokes without a socket: what is kept, added up, told and left out."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from kernel import realtime
from kernel.breaker import Breaker
from kernel.realtime import (
    EVERYBODY,
    MANY_TOPICS,
    SEEN_AT_MOST,
    News,
    Place,
    Push,
    live,
    outdates,
    poke,
    render_news,
    watch,
)


@pytest.fixture(autouse=True)
def screens(monkeypatch: pytest.MonkeyPatch) -> None:
    """None but those of the test, and a layer that is there."""
    for name in ("_renderers", "_watchers", "_guards", "_lists", "_poked"):
        monkeypatch.setattr(realtime, name, {})
    monkeypatch.setattr(realtime, "_layer", Breaker())


@pytest.fixture
def layer(settings: Any) -> Any:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    return get_channel_layer()


def news(number: int, name: str, *topics: str) -> News:
    return News(number, name, None, {}, frozenset(topics))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place(8123), "8123-0"),
        (Place(0), "0-0"),
        (Place(8123, frozenset({19, 17})), "8123-17.19"),
        (Place(5, frozenset({100, 9})), "5-9.100"),
    ],
)
def test_place_is_kept_as_text_and_read_again(place: Place, text: str) -> None:
    assert str(place) == text
    assert Place.parse(text) == place


def test_place_without_what_was_seen_is_a_place() -> None:
    assert Place.parse("8123") == Place.parse("8123-") == Place(8123)


@pytest.mark.parametrize(
    "text", ["8123-x", "8123-1.", "8123-1..2", "8123--1", "8123-1.x", "-", "1.5-0", " 1-0", "1" * 19]
)
def test_place_with_anything_else_in_it_is_none(text: str) -> None:
    assert Place.parse(text) is None


def test_longest_number_of_a_row_is_a_place() -> None:
    assert Place.parse("9" * 18) == Place(10**18 - 1)


def test_place_written_down_keeps_the_newest_that_fit() -> None:
    """The others are below the horizon soon; a page's address has an end."""
    seen = frozenset(range(1000, 1000 + SEEN_AT_MOST + 5))

    kept = Place.parse(str(Place(7, seen)))

    assert kept == Place(7, frozenset(sorted(seen)[5:]))


def test_client_that_claims_to_have_seen_very_much_is_read_up_to_the_same_number() -> None:
    claimed = ".".join(str(number) for number in range(1, SEEN_AT_MOST + 100))

    place = Place.parse(f"7-{claimed}")

    assert place is not None
    assert place.seen == frozenset(range(1, SEEN_AT_MOST + 1))


def test_pushes_add_up_in_their_order() -> None:
    first, second = Push("<p>1</p>", {"mine": 1, "open": 2}), Push("<p>2</p>", {"mine": -2, "new": 1})

    total = first + second

    assert total == Push("<p>1</p><p>2</p>", {"mine": -1, "open": 2, "new": 1})
    assert first.counters == {"mine": 1, "open": 2}


def test_news_are_shown_in_the_ledgers_order_to_who_listens_to_one_of_their_topics() -> None:
    @live("kettle.boiled", "kettle.filled")
    def show(user: Any, item: News) -> Push:
        return Push(f"{user}:{item.id} ")

    told = [
        news(1, "kettle.boiled", "contact:1", "contact:2"),
        news(2, "kettle.filled", "contact:3"),
        news(3, "kettle.filled", "contact:1"),
        news(4, "kettle.broken", "contact:1"),
    ]

    assert render_news("ana", told, {"contact:1", "contact:2"}).html == "ana:1 ana:3 "
    assert render_news("ana", told, set()) == Push()


def test_watcher_of_a_kind_hears_every_event_that_reaches_it_once() -> None:
    @watch("contact")
    def knot(user: Any, item: News) -> Push:
        return Push(f"knot {item.id} ")

    @live("kettle.boiled")
    def show(user: Any, item: News) -> Push:
        return Push(f"kettle {item.id} ")

    told = [
        news(1, "kettle.boiled", "contact:1", "contact:2"),
        news(2, "unheard.of", "contact:1"),
        news(3, "unheard.of", "conversation:1", "contact:9"),
    ]

    html = render_news("ana", told, {"contact:1", "contact:2", "conversation:1"}).html

    assert html == "kettle 1 knot 1 knot 2 "


def test_list_is_outdated_once_by_all_that_came_together_and_only_for_who_may_see_any_of_it() -> None:
    asked: list[list[int]] = []

    @outdates("kettles")
    def any_seen(user: Any, items: list[News]) -> bool:
        asked.append([item.id for item in items])
        return bool(user == "ana")

    @live("kettle.boiled")
    def show(user: Any, item: News) -> Push:
        return Push(f"{item.id} ")

    told = [
        news(1, "kettle.boiled", "kettles:all"),
        news(2, "kettle.boiled", "kettles:all", "contact:1"),
        news(3, "kettle.boiled", "contact:2"),
    ]

    topics = {"kettles:all", "kettles:none", "contact:1"}
    assert render_news("ana", told, topics) == Push("2 ", stale=frozenset({"kettles:all"}))
    assert render_news("eva", told, topics) == Push("2 ")
    assert asked == [[1, 2], [1, 2]]


def test_list_is_poked_once_a_second_however_much_happens(layer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    outdates("kettles")(lambda user, items: True)
    poked: list[list[str]] = []

    async def send(layer: Any, topics: list[str], what: str) -> None:
        poked.append(topics)

    monkeypatch.setattr(realtime, "_send", send)
    for _ in range(3):
        poke(["kettles:all", "contact:1"])
    realtime._poked["kettles:all"] -= realtime.LIST_PAUSE
    poke(["kettles:all"])

    assert poked == [["contact:1", "kettles:all"], ["contact:1"], ["contact:1"], ["kettles:all"]]


def test_screen_that_is_loaded_twice_shows_its_news_once() -> None:
    """As by a development server."""
    for _ in range(2):

        @live("kettle.boiled")
        def show(user: Any, item: News) -> Push:
            return Push("shown")

        @watch("contact")
        def knot(user: Any, item: News) -> Push:
            return Push("knot")

    assert render_news("ana", [news(1, "kettle.boiled", "contact:1")], {"contact:1"}).html == "shownknot"


def test_topic_without_a_guard_or_whose_guard_refuses_is_not_listened_to() -> None:
    asked: list[tuple[Any, str]] = []

    @realtime.topic_guard("contact")
    def guard(user: Any, rest: str) -> bool:
        asked.append((user, rest))
        return rest == "1"

    assert [
        realtime.may_listen("ana", topic) for topic in ("contact:1", "contact:2:3", "contacts:1", "contact", "")
    ] == [
        True,
        False,
        False,
        False,
        False,
    ]
    assert asked == [("ana", "1"), ("ana", "2:3"), ("ana", "")]


def heard(layer: Any, topics: list[str], *groups: str) -> list[str]:
    """Which of these groups are told to look when these topics are poked, by how often."""

    async def join() -> None:
        for group in groups:
            await layer.group_add(realtime.group_name(group), f"listener.{group.replace(':', '.')}")

    async_to_sync(join)()
    poke(topics)
    return sorted(name for name, queue in layer.channels.items() for _ in range(queue.qsize()))


def test_poke_reaches_each_topic_once_and_nobody_else(layer: Any) -> None:
    told = heard(layer, ["contact:1", "contact:1", "contact:2"], "contact:1", "contact:2", "contact:3", EVERYBODY)

    assert told == ["listener.contact.1", "listener.contact.2"]


@pytest.mark.parametrize(
    ("count", "told"), [(MANY_TOPICS, ["listener.contact.1"]), (MANY_TOPICS + 1, ["listener.everybody"])]
)
def test_change_that_concerns_very_many_is_told_to_everybody_at_once(layer: Any, count: int, told: list[str]) -> None:
    assert heard(layer, [f"contact:{number}" for number in range(count)], "contact:1", EVERYBODY) == told


def test_everybody_is_told_when_who_sees_what_has_changed(layer: Any) -> None:
    async def hear() -> dict[str, Any]:
        await layer.group_add(realtime.group_name(EVERYBODY), "listener")
        return dict(await layer.receive("listener"))

    async_to_sync(layer.group_add)(realtime.group_name(EVERYBODY), "listener")
    realtime.start_over()

    assert async_to_sync(hear)() == {"type": "reload"}


def test_nothing_changed_pokes_nobody(layer: Any) -> None:
    assert heard(layer, [], "contact:1", EVERYBODY) == []

"""The live socket: permission for each topic and each event, catching up, and being shut out."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import transaction
from django.utils import timezone, translation

from crm.ledger import publish, publish_many
from crm.models import User
from crm.tests.ledger.test_publishing import KettleBoiled
from kernel import realtime, sockets
from kernel.breaker import Breaker
from kernel.realtime import News, Place, Push, group_name, live, poke, topic_guard
from omnichannel.tests.factories import make_contact, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_failure_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another test's would keep pokes back for seconds."""
    monkeypatch.setattr(realtime, "_layer", Breaker())


@pytest.fixture(autouse=True)
def kettle_screen() -> Iterator[None]:
    """A screen for kettles: everybody may listen, but only agents are shown anything."""

    @topic_guard("contact")
    def guard(user: Any, rest: str) -> bool:
        return rest != "666"

    @live("test.kettle_boiled")
    def show(user: Any, news: News) -> Push:
        return Push(f"<p>{news.properties['litres']}</p>", {"kettles": 1}) if user.has_role("agent") else Push()

    previous, watchers = dict(realtime._guards), dict(realtime._watchers)
    realtime._watchers.clear()  # the contact page shows kettles too
    yield
    realtime._watchers.update(watchers)
    realtime._renderers.pop("test.kettle_boiled")
    realtime._guards.clear()
    realtime._guards.update(previous)


def session_of(user: User) -> SessionStore:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session


class WebsocketCommunicator:
    """A client's side of the socket. (That of channels.testing wants a second web server installed.)"""

    def __init__(self, **scope: Any) -> None:
        address: dict[str, Any] = {"type": "websocket", "path": "/ws/", "headers": [], "subprotocols": []}
        untyped: Any = ApplicationCommunicator
        self.socket = untyped(sockets.Live.as_asgi(), address | scope)

    async def connect(self) -> tuple[bool, int | None]:
        await self.socket.send_input({"type": "websocket.connect"})
        answer = await self.socket.receive_output(timeout=10)
        return answer["type"] == "websocket.accept", answer.get("code")

    async def send_json_to(self, data: Any) -> None:
        await self.socket.send_input({"type": "websocket.receive", "text": json.dumps(data)})

    async def receive_json_from(self) -> Any:
        return json.loads((await self.socket.receive_output(timeout=10))["text"])

    async def disconnect(self) -> None:
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.socket.wait(timeout=10)


@asynccontextmanager
async def socket(user: User, session: SessionStore, **browser: Any) -> AsyncIterator[WebsocketCommunicator]:
    communicator = WebsocketCommunicator(user=user, session=session, **browser)
    connected, _ = await communicator.connect()
    assert connected
    try:
        yield communicator
    finally:
        await communicator.disconnect()


def boil(litres: int, contact_id: int) -> None:
    with transaction.atomic():
        publish(KettleBoiled(contact_id=contact_id, litres=litres))


async def until(communicator: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = await communicator.receive_json_from()
        if message["type"] == kind:
            return message


Scene = Callable[[WebsocketCommunicator], Awaitable[None]]


def play(user: User, scene: Scene, session: SessionStore | None = None, **browser: Any) -> None:
    session = session or session_of(user)

    async def run() -> None:
        async with socket(user, session, **browser) as communicator:
            await scene(communicator)

    async_to_sync(run)()


def test_a_commit_reaches_the_screen_that_watches_its_topic() -> None:
    contact = make_contact()

    async def scene(communicator: WebsocketCommunicator) -> None:
        await communicator.send_json_to({"type": "subscribe", "topics": [f"contact:{contact.pk}"], "cursor": None})
        await until(communicator, "tick")
        await sync_to_async(boil)(3, contact.pk)
        fragments = await until(communicator, "fragments")
        assert fragments["html"] == "<p>3</p>"
        assert Place.parse(fragments["cursor"]) is not None
        assert (await until(communicator, "counters"))["deltas"] == {"kettles": 1}

    play(make_user("agent"), scene)


def test_a_commit_for_very_many_reaches_each_screen_by_one_poke() -> None:
    people = [make_contact().pk for _ in range(realtime.MANY_TOPICS + 1)]

    def boil_for_all() -> None:
        with transaction.atomic():
            publish_many([KettleBoiled(contact_id=pk, litres=pk) for pk in people])

    async def scene(communicator: WebsocketCommunicator) -> None:
        await communicator.send_json_to({"type": "subscribe", "topics": [f"contact:{people[3]}"], "cursor": None})
        await until(communicator, "tick")
        await sync_to_async(boil_for_all)()
        assert (await until(communicator, "fragments"))["html"] == f"<p>{people[3]}</p>"

    play(make_user("agent"), scene)


def test_a_screen_with_a_list_is_told_that_it_changed_and_nothing_of_what() -> None:
    contact = make_contact()

    async def scene(communicator: WebsocketCommunicator) -> None:
        await communicator.send_json_to({"type": "subscribe", "topics": [f"contact:{contact.pk}"], "cursor": None})
        await until(communicator, "tick")
        await sync_to_async(boil)(3, contact.pk)
        told = await communicator.receive_json_from()
        assert told == {"type": "stale", "topics": [f"contact:{contact.pk}"]}

    realtime.outdates("contact")(lambda user, news: True)
    try:
        play(make_user("agent"), scene)
    finally:
        realtime._lists.pop("contact")


def test_each_event_is_rendered_with_the_viewers_own_permission() -> None:
    contact = make_contact()

    async def scene(communicator: WebsocketCommunicator) -> None:
        await communicator.send_json_to({"type": "subscribe", "topics": [f"contact:{contact.pk}"], "cursor": None})
        await until(communicator, "tick")
        await sync_to_async(boil)(3, contact.pk)
        layer: Any = get_channel_layer()
        await layer.group_send(group_name(f"contact:{contact.pk}"), {"type": "look"})
        assert await communicator.socket.receive_nothing(timeout=1)

    play(make_user("sales"), scene)


@pytest.mark.parametrize(
    ("language", "browser", "shown"),
    [
        ("", {"headers": [(b"accept-language", b"es-ES,es;q=0.9")]}, "es Europe/Madrid"),
        ("", {"headers": [(b"accept-language", b"en")], "cookies": {"django_language": "es"}}, "es Europe/Madrid"),
        ("en", {"headers": [(b"accept-language", b"es")]}, "en Europe/Madrid"),
        ("", {}, "en Europe/Madrid"),
    ],
)
def test_each_event_is_written_for_its_reader(language: str, browser: dict[str, Any], shown: str) -> None:
    """As the page was that shows it."""
    user, contact = make_user("sales", language=language, time_zone="Europe/Madrid"), make_contact()

    @live("test.kettle_boiled")
    def show(user: Any, news: News) -> Push:
        return Push(f"{translation.get_language()} {timezone.get_current_timezone_name()}")

    async def scene(communicator: WebsocketCommunicator) -> None:
        await communicator.send_json_to({"type": "subscribe", "topics": [f"contact:{contact.pk}"]})
        await until(communicator, "tick")
        await sync_to_async(boil)(3, contact.pk)
        assert (await until(communicator, "fragments"))["html"] == shown

    play(user, scene, **browser)


def test_a_topic_that_is_not_allowed_is_not_listened_to() -> None:
    assert realtime.may_listen(make_user("agent"), "contact:666") is False
    assert realtime.may_listen(make_user("agent"), "unheard-of:1") is False
    assert realtime.may_listen(make_user("agent"), "contact:1") is True


def test_a_screen_that_was_away_catches_up_from_its_cursor() -> None:
    contact = make_contact()
    place = realtime.read_feed(None, 1)[1]
    boil(1, contact.pk)
    boil(2, contact.pk)

    async def scene(communicator: WebsocketCommunicator) -> None:
        topics = [f"contact:{contact.pk}"]
        await communicator.send_json_to({"type": "subscribe", "topics": topics, "cursor": str(place)})
        assert (await until(communicator, "fragments"))["html"] == "<p>1</p><p>2</p>"

    play(make_user("agent"), scene)


def test_a_place_once_reached_stands_whatever_the_client_names_later() -> None:
    """Its next subscription may have been written before the news on their way to it arrived: they come once."""
    contact = make_contact()
    place = realtime.read_feed(None, 1)[1]
    boil(1, contact.pk)

    async def scene(communicator: WebsocketCommunicator) -> None:
        asking = {"type": "subscribe", "topics": [f"contact:{contact.pk}"], "cursor": str(place)}
        await communicator.send_json_to(asking)
        assert (await until(communicator, "fragments"))["html"] == "<p>1</p>"
        await until(communicator, "tick")
        await communicator.send_json_to(asking)
        assert (await communicator.receive_json_from())["type"] == "tick"

    play(make_user("agent"), scene)


def test_a_topic_that_is_not_asked_for_again_is_left() -> None:
    first, second = make_contact(), make_contact()

    async def scene(communicator: WebsocketCommunicator) -> None:
        for contact in (first, second):
            await communicator.send_json_to({"type": "subscribe", "topics": [f"contact:{contact.pk}"]})
            await until(communicator, "tick")
        await sync_to_async(boil)(1, first.pk)
        await sync_to_async(boil)(2, second.pk)
        assert (await until(communicator, "fragments"))["html"] == "<p>2</p>"

    play(make_user("agent"), scene)


@pytest.mark.parametrize(("others", "answer"), [(sockets.MAX_TOPICS - 1, "fragments"), (sockets.MAX_TOPICS, "tick")])
def test_topics_beyond_the_limit_are_not_listened_to(others: int, answer: str) -> None:
    contact = make_contact()
    topics = [f"contact:{contact.pk + number}" for number in range(1, others + 1)] + [f"contact:{contact.pk}"]
    place = realtime.read_feed(None, 1)[1]
    boil(1, contact.pk)

    async def scene(communicator: WebsocketCommunicator) -> None:
        await communicator.send_json_to({"type": "subscribe", "topics": topics, "cursor": str(place)})
        assert (await communicator.receive_json_from())["type"] == answer

    play(make_user("agent"), scene)


def test_a_screen_that_missed_too_much_is_told_to_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CATCH_UP", 2)
    contact = make_contact()
    place = realtime.read_feed(None, 1)[1]
    for litres in range(3):
        boil(litres, contact.pk)

    async def scene(communicator: WebsocketCommunicator) -> None:
        topics = [f"contact:{contact.pk}"]
        await communicator.send_json_to({"type": "subscribe", "topics": topics, "cursor": str(place)})
        assert (await communicator.receive_json_from())["type"] == "reload"

    play(make_user("agent"), scene)


def test_a_screen_fetches_its_parts_again_when_who_sees_what_has_changed() -> None:
    async def scene(communicator: WebsocketCommunicator) -> None:
        await sync_to_async(realtime.start_over)()
        assert (await communicator.receive_json_from())["type"] == "reload"

    play(make_user("agent"), scene)


def test_a_lost_poke_is_made_up_for_by_the_next_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "TICK_SECONDS", 0.3)
    contact = make_contact()
    monkeypatch.setattr(realtime, "poke", lambda topics: None)

    async def scene(communicator: WebsocketCommunicator) -> None:
        await communicator.send_json_to({"type": "subscribe", "topics": [f"contact:{contact.pk}"], "cursor": None})
        await until(communicator, "tick")
        await sync_to_async(boil)(7, contact.pk)
        assert (await until(communicator, "fragments"))["html"] == "<p>7</p>"

    play(make_user("agent"), scene)


@pytest.mark.parametrize("ending", ["session", "account"])
def test_somebody_signed_out_or_switched_off_gets_nothing_more(ending: str) -> None:
    contact, user = make_contact(), make_user("agent")
    session = session_of(user)

    def end() -> None:
        if ending == "session":
            session.delete()
        else:
            User.objects.filter(pk=user.pk).update(is_active=False)
        boil(3, contact.pk)

    async def scene(communicator: WebsocketCommunicator) -> None:
        await communicator.send_json_to({"type": "subscribe", "topics": [f"contact:{contact.pk}"], "cursor": None})
        await until(communicator, "tick")
        await sync_to_async(end)()
        await sync_to_async(poke)([f"contact:{contact.pk}"])
        closing = await communicator.socket.receive_output(timeout=10)
        assert (closing["type"], closing["code"]) == ("websocket.close", sockets.CLOSE_SIGNED_OUT)

    play(user, scene, session)


def test_strangers_are_turned_away() -> None:
    from django.contrib.auth.models import AnonymousUser

    async def scene() -> None:
        communicator = WebsocketCommunicator(user=AnonymousUser(), session=None)
        connected, code = await communicator.connect()
        assert (connected, code) == (False, sockets.CLOSE_SIGNED_OUT)

    async_to_sync(scene)()


def test_nonsense_from_the_client_is_ignored() -> None:
    async def scene(communicator: WebsocketCommunicator) -> None:
        nonsenses: list[Any] = [[], 5, {"type": "subscribe", "topics": [None, {}, 5]}, {"type": "dance"}]
        nonsenses += [{"type": "subscribe", "topics": topics, "cursor": 5} for topics in (5, None, {"a": 1}, "ab")]
        for nonsense in nonsenses:
            await communicator.send_json_to(nonsense)
        assert (await until(communicator, "tick"))["type"] == "tick"

    play(make_user("agent"), scene)


@pytest.mark.parametrize("frame", [{"text": "{"}, {"text": ""}, {"text": "[" * 100_000}, {"bytes": b"\xff\x00"}])
def test_a_frame_that_is_no_message_is_ignored(frame: dict[str, Any]) -> None:
    async def scene(communicator: WebsocketCommunicator) -> None:
        await communicator.socket.send_input({"type": "websocket.receive"} | frame)
        await communicator.send_json_to({"type": "subscribe", "topics": []})
        assert (await until(communicator, "tick"))["type"] == "tick"

    play(make_user("agent"), scene)


@pytest.mark.parametrize("hears_of_it", [True, False])
def test_a_socket_that_closes_in_the_middle_of_a_look_asks_no_more(
    monkeypatch: pytest.MonkeyPatch, hears_of_it: bool
) -> None:
    """Also when the cancellation is lost on its way, as it can be in what waits for a thread."""
    monkeypatch.setattr(realtime, "TICK_SECONDS", 0.01)

    class Slow(sockets.Live):
        async def look_now(self) -> None:
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                if hears_of_it:
                    raise

        async def tick(self, lag: float = 0.0) -> None:
            pass

    async def run() -> None:
        live: Any = Slow()
        live.topics, live.closed = set(), False
        live.ticking = asyncio.create_task(live.tick_for_ever())
        await asyncio.sleep(0.1)
        await live.disconnect(1000)
        done, _ = await asyncio.wait([live.ticking], timeout=2)
        assert done

    asyncio.run(run())


@pytest.mark.parametrize("text", ["", None, "x-1", "-5", "9" * 30, "１２-0"])
def test_a_forged_place_is_no_place(text: str | None) -> None:
    assert Place.parse(text) is None


def test_a_layer_that_is_away_does_not_break_the_commit(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1"]},
        }
    }
    poke(["contact:1"])
    assert "channel layer away" in caplog.text

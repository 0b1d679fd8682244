"""The one WebSocket of the product, at /ws/. Protocol and reasons: kernel/realtime.py."""

import asyncio
import contextlib
import json
import time
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth import get_user_model

from kernel import realtime
from kernel.reader import asked_by, written_for

MAX_TOPICS = 50
CLOSE_SIGNED_OUT = 4401


class Live(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        self.topics: set[str] = set()
        self.place: realtime.Place | None = None
        self.looking = asyncio.Lock()
        self.again = False
        self.closed = False
        self.ticking: asyncio.Task[None] | None = None
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(code=CLOSE_SIGNED_OUT)
            return
        self.user_id: int = user.pk
        self.browser = asked_by(self.scope)
        await self.accept()
        with contextlib.suppress(Exception):  # without the layer the tick still looks
            await self.channel_layer.group_add(realtime.group_name(realtime.EVERYBODY), self.channel_name)
        self.ticking = asyncio.create_task(self.tick_for_ever())

    async def disconnect(self, code: int) -> None:
        self.closed = True  # a cancellation may be lost in what waits for a thread
        if self.ticking:
            self.ticking.cancel()
        for topic in [realtime.EVERYBODY, *self.topics]:
            with contextlib.suppress(Exception):  # the layer forgets dead channels by itself
                await self.channel_layer.group_discard(realtime.group_name(topic), self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """What is no message of the protocol is passed over: whoever is signed in may send anything."""
        try:
            content = json.loads(text_data or "null")
        except (ValueError, RecursionError):
            return
        await self.receive_json(content)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        if isinstance(content, dict) and content.get("type") == "subscribe":
            await self.subscribe(content)

    async def subscribe(self, content: dict[str, Any]) -> None:
        topics, cursor = content.get("topics"), content.get("cursor")
        wanted = [t for t in topics if isinstance(t, str)][:MAX_TOPICS] if isinstance(topics, list) else []
        await self.listen_to(set(await self.allowed(wanted)))
        # A place once reached stands: what the client names may be older than what is on its way to it already.
        self.place = self.place or realtime.Place.parse(cursor if isinstance(cursor, str) else None)
        await self.look_now()
        await self.tick()

    async def listen_to(self, topics: set[str]) -> None:
        for topic in topics - self.topics:
            with contextlib.suppress(Exception):  # without the layer the tick still looks
                await self.channel_layer.group_add(realtime.group_name(topic), self.channel_name)
        for topic in self.topics - topics:
            with contextlib.suppress(Exception):
                await self.channel_layer.group_discard(realtime.group_name(topic), self.channel_name)
        self.topics = topics

    @database_sync_to_async
    def allowed(self, topics: list[str]) -> list[str]:
        user = self.current_user()
        return [topic for topic in topics if user and realtime.may_listen(user, topic)]

    async def look(self, event: dict[str, Any]) -> None:
        """A poke. Several pokes while one look is under way make one more look, not several."""
        self.again = True
        if not self.looking.locked():
            await self.look_now()

    async def reload(self, event: dict[str, Any]) -> None:
        """Who sees what has changed."""
        await self.send_json({"type": "reload"})

    async def look_now(self) -> None:
        async with self.looking:
            self.again = True
            while self.again:
                self.again = False
                await self.send_news()

    async def send_news(self) -> None:
        try:
            push, place = await self.read()
        except PermissionError:
            await self.close(code=CLOSE_SIGNED_OUT)
            return
        self.place = place
        if push is None:
            await self.send_json({"type": "reload"})
            return
        if push.html:
            await self.send_json({"type": "fragments", "html": push.html, "cursor": str(place)})
        if push.counters:
            await self.send_json({"type": "counters", "deltas": push.counters})
        if push.stale:
            await self.send_json({"type": "stale", "topics": sorted(push.stale)})

    @database_sync_to_async
    def read(self) -> tuple[realtime.Push | None, realtime.Place]:
        """Raises PermissionError for somebody who was signed out or switched off meanwhile."""
        user = self.current_user()
        if user is None:
            raise PermissionError
        news, place = realtime.read_feed(self.place, realtime.CATCH_UP + 1)
        if len(news) > realtime.CATCH_UP:
            return None, place
        with written_for(user, self.browser):
            return realtime.render_news(user, news, self.topics), place

    def current_user(self) -> Any:
        """The user as the database knows them now, or None once the session has ended."""
        session = self.scope.get("session")
        if session is None or not session.session_key or not session.exists(session.session_key):
            return None
        return get_user_model().objects.filter(pk=self.user_id, is_active=True).first()

    async def tick_for_ever(self) -> None:
        while not self.closed:
            await asyncio.sleep(realtime.TICK_SECONDS)
            await self.tick_once(time.monotonic())

    async def tick_once(self, started: float) -> None:
        """Look even if no poke came; if the database is away, the missing tick tells the client so."""
        try:
            await self.look_now()
            await self.tick(time.monotonic() - started)
        except Exception:  # noqa: S110 - the next tick tries again; the client shows "behind" until then
            pass

    async def tick(self, lag: float = 0.0) -> None:
        await self.send_json({"type": "tick", "cursor": str(self.place or ""), "lag": round(lag, 3)})

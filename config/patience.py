"""Senders of events get an answer soon, whatever hangs: they keep what was not taken in and send it again."""

import asyncio
import logging

from config.bodies import App, Receive, Scope, Send, answer, collected, replayed

log = logging.getLogger(__name__)
DOOR = "/v1/"
# Longer than a page's query may take and than a thread waits for a connection: what knows its reason says it first.
SECONDS = 12.0
RETRY_SECONDS = 5
LATE = {"success": False, "error": "This takes too long just now; try again."}
HEADERS = {
    "content-type": "application/json",
    "retry-after": str(RETRY_SECONDS),
    "access-control-allow-origin": "*",
}


def impatient(app: App, *, most: int, seconds: float = SECONDS) -> App:
    """503 for events that `app` has not answered in time: a database may hang where no socket tells of it, and hold
    every thread. The time counts from the end of the body: who sends slowly has it all, and holds no thread.

    Of bodies longer than `most` bytes the beginning goes on, as their length is refused anyway. A thread that is late
    may still write; what is sent again counts once by its messageId.
    """

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(DOOR):
            return await app(scope, receive, send)
        body = await collected(receive, most=most)
        if body is None:
            return None
        started = False

        async def telling(message: dict[str, object]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(seconds):
                return await app(scope, replayed(body, receive), telling)
        except TimeoutError:
            log.warning("events refused, no answer in time", extra={"seconds": seconds})
        return None if started else await answer(send, 503, LATE, HEADERS)

    return answering

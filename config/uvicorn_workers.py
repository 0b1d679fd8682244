"""The web processes, forked from one that has loaded the house.

uvicorn's own `--workers` loads it in each of them: two seconds of a processor at every start and after every death,
and memory that nobody shares (docs/adr/0012). A process that dies is replaced at once; one that dies young ends all,
and the supervisor tries again with growing waits.
"""

import logging
import os
import signal
import socket
import time
from contextlib import suppress
from types import FrameType

import uvicorn

from config.services.processes import TERMINATE, fork, settle

log = logging.getLogger(__name__)
YOUNG_SECONDS = 2.0
GRACE_SECONDS = 3  # for requests under way at a stop


class Workers:
    def __init__(self, config: uvicorn.Config, listening: socket.socket, count: int) -> None:
        self.config = config
        self.listening = listening
        self.count = count
        self.started: dict[int, float] = {}  # by process
        self.stopping = False

    def run(self) -> None:
        """Until a signal. Raises SystemExit with 1 when a process dies as soon as it was started."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.stopping:
            if len(self.started) < self.count:
                self.started[fork(self._serve)] = time.monotonic()
            else:
                self._mourn()
        self._ask_to_end()  # also the one that was being forked when the signal came
        while self.started:
            self._mourn()

    def _serve(self) -> None:
        uvicorn.Server(self.config).run(sockets=[self.listening])

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
        self._ask_to_end()

    def _ask_to_end(self) -> None:
        for child in self.started:
            with suppress(ProcessLookupError):
                os.kill(child, TERMINATE)

    def _mourn(self) -> None:
        ended, status = os.wait()
        lived = time.monotonic() - self.started.pop(ended)
        if self.stopping:
            return
        log.warning("a web process ended", extra={"pid": ended, "code": os.waitstatus_to_exitcode(status)})
        if lived < YOUNG_SECONDS:
            raise SystemExit(1)  # the session's leader takes the others along


def load() -> object:
    """The application with everything that its first request would import."""
    from django.urls import get_resolver

    from config.asgi import application

    _ = get_resolver().url_patterns
    return application


def serve(host: str, port: int, workers: int) -> None:
    config = uvicorn.Config(
        load,
        factory=True,
        host=host,
        port=port,
        timeout_graceful_shutdown=GRACE_SECONDS,
        access_log=False,
        server_header=False,
        lifespan="off",
        log_level="warning",
    )
    config.load()
    listening = config.bind_socket()
    settle()
    Workers(config, listening, workers).run()

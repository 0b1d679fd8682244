"""One terminal for all processes: each line carries the time, in local time, and the name of its process."""

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92")
NAME_WIDTH = 9
# What servers and Celery say at every start and stop (that we asked too early, among others), and tuning advice that is
# no trouble (docs/operations.md).
ROUTINE = re.compile(
    r"FATAL:  the database system is (starting up|not yet accepting connections)"
    r"|LOG:  (starting PostgreSQL|listening on|database system (was shut down|is (ready|shut down))|shutting down"
    r"|received (fast|smart) shutdown|aborting any active|checkpoint (starting|complete)"
    r"|background worker .logical replication launcher.)|WARNING Memory overcommit must be enabled"
    r"|scheduling shutdown\.\.\.$|is now ready to exit, bye bye|^worker: (Hitting Ctrl\+C again|Cold shutdown)|^$"
)


class Output:
    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.colourful = stream.isatty() and not os.environ.get("NO_COLOR")
        self._lock = threading.Lock()
        self._colours: dict[str, str] = {}

    def line(self, name: str, text: str) -> None:
        prefix = f"{time.strftime('%H:%M:%S')} {name:<{NAME_WIDTH}} |"
        if self.colourful:
            colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        self.plain(f"{prefix} {text}")

    def plain(self, text: str) -> None:
        # A terminal that was closed must not stop the processes behind it.
        try:
            with self._lock:
                print(text, file=self.stream, flush=True)
        except OSError:
            self.stream = open(os.devnull, "w")  # noqa: SIM115 (kept for the rest of our life)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Announce a step of the start when it ends, with its wall seconds."""
        started = time.monotonic()
        yield
        self.plain(f"{name} … {time.monotonic() - started:.1f} s")

    def follow(self, name: str, pipe: IO[bytes], remember: Callable[[str], object]) -> None:
        """Print what a process writes until it and its children have closed the pipe, but for ROUTINE."""

        def pump() -> None:
            with pipe:
                for raw in pipe:
                    text = raw.decode(errors="replace").rstrip()
                    remember(text)
                    if not ROUTINE.search(text):
                        self.line(name, text)

        threading.Thread(target=pump, name=f"output of {name}", daemon=True).start()


def terminal() -> Output:
    return Output(sys.stdout)

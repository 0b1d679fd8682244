"""One supervised process: started, restarted with growing waits, stopped with everything that it started."""

import subprocess
import time
from collections import deque
from collections.abc import Callable
from typing import IO, Protocol

from config.services import processes
from config.supervisor.output import Output

FIRST_WAIT = 0.5
LONGEST_WAIT = 10.0
# A process that ran this long was healthy: its next death starts with the first wait again.
HEALTHY_SECONDS = 30.0
LINES_REMEMBERED = 20


class Process(Protocol):
    """The leader of a session, as subprocess.Popen has it."""

    @property
    def pid(self) -> int: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    def poll(self) -> int | None: ...
    def send_signal(self, number: int, /) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


class Child:
    """`launch` starts it; it may raise OSError or EOFError, which count as a death."""

    def __init__(
        self,
        name: str,
        launch: Callable[[], Process],
        *,
        output: Output,
        stop_signal: int,
        grace_seconds: float,
    ) -> None:
        self.name = name
        self.launch = launch
        self.output = output
        self.stop_signal = stop_signal
        self.grace_seconds = grace_seconds
        self.wait = FIRST_WAIT
        self.started_at = 0.0
        self.restart_at = 0.0
        self.recent: deque[str] = deque(maxlen=LINES_REMEMBERED)
        self.process: Process | None = None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = self.launch()
        if self.process.stdout:
            self.output.follow(self.name, self.process.stdout, self.recent.append)

    def look_after(self) -> None:
        """Called again and again: notices a death, sweeps its leftovers, starts anew when its wait is over."""
        if self.process is None:
            if time.monotonic() >= self.restart_at:
                self.start()
        elif (code := self.process.poll()) is not None:
            self._mourn(code)

    def _mourn(self, code: int) -> None:
        assert self.process is not None
        processes.kill_group(self.process.pid)
        if time.monotonic() - self.started_at > HEALTHY_SECONDS:
            self.wait = FIRST_WAIT
        reason = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        self.output.line("hilo", f"{self.name} {reason}, starts again in {self.wait:.1f} s")
        self.process = None
        self.restart_at = time.monotonic() + self.wait
        self.wait = min(self.wait * 2, LONGEST_WAIT)

    def last_words(self) -> str:
        """The line of its recent output that sounds most like a reason."""
        lines = [line for line in self.recent if line.strip()] or ["it gave no reason"]
        return next((line for line in lines if "FATAL" in line or "rror" in line), lines[-1])

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def finish(self) -> None:
        """After `ask_to_stop`: wait for its grace, then kill it and whatever it left."""
        if self.process is None:
            return
        try:
            self.process.wait(self.grace_seconds)
        except subprocess.TimeoutExpired:
            self.output.line("hilo", f"{self.name} did not stop in {self.grace_seconds:.0f} s and is killed")
        processes.kill_group(self.process.pid)
        self.process.wait()
        self.process = None

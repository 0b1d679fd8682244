"""For servers that hold hints only: after a failure nobody asks for a while, so that one that hangs does not slow each
request. Shared by the threads of a process; times are the process's own clock."""

import time
from dataclasses import dataclass, field

PAUSE = 5.0  # seconds


@dataclass
class Breaker:
    pause: float = PAUSE
    _until: float = field(default=0.0, init=False)

    @property
    def is_open(self) -> bool:
        """True: it failed just now, go on without it."""
        return time.monotonic() < self._until

    def trip(self) -> None:
        self._until = time.monotonic() + self.pause

"""What the supervisor, the tests and `bin/manage` know about an embedded server."""

import signal
from pathlib import Path
from typing import Protocol


class Server(Protocol):
    """A server of the data directory. Seconds are wall seconds."""

    name: str
    folder: Path
    executable: str
    stop_signal: signal.Signals

    @property
    def url(self) -> str: ...

    def prepare(self) -> None:
        """Make its files, remove what an earlier death left behind. Raises ServiceError."""

    def command(self) -> list[str]: ...

    def is_ready(self) -> bool: ...

    def set_up(self) -> None:
        """What can only be done once it answers. Safe to run at each start."""

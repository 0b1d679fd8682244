"""Taking a data directory: one supervisor at a time, no command in the middle of its work, no orphans left."""

import fcntl
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from config.services import processes
from config.services.embedded import shut_down
from config.services.errors import ServiceError
from config.services.layout import DataDirectory
from config.services.server import Server
from config.services.sharing import exclusive, try_lock
from config.supervisor.output import Output

# In the environment of every supervised process and, as it is inherited, of all that these start.
MARK = "HILO_SUPERVISED"
PATIENCE_SECONDS = 60.0
ORPHAN_SECONDS = 8.0


@contextmanager
def hold(directory: DataDirectory, servers: list[Server], output: Output) -> Iterator[None]:
    """Raises ServiceError when another supervisor has the directory or a command does not give it free."""
    with directory.lock("supervisor").open("a+") as mine, directory.lock("users").open("w") as users:
        if not try_lock(mine):
            raise ServiceError(
                f"Hilo is already running with the data directory {directory.root}: "
                "stop that one, or choose another folder with --data (and other ports)."
            )
        with exclusive(directory.lock("start")):
            _wait_for_commands(users, output)
            _end_orphans(directory, servers, output)
            fcntl.flock(users, fcntl.LOCK_SH)
        yield


def _wait_for_commands(users: object, output: Output) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    told = False
    while not try_lock(users):  # type: ignore[arg-type]
        if time.monotonic() > deadline:
            raise ServiceError("A bin/manage command is still using this data directory: wait for its end, or end it.")
        if not told:
            output.plain("Waiting for a bin/manage command on this data directory to end …")
            told = True
        time.sleep(0.2)


def _end_orphans(directory: DataDirectory, servers: list[Server], output: Output) -> None:
    """What a supervisor that was killed could not stop, on systems or in moments where the kernel did not either."""
    orphans = processes.marked(MARK, str(directory.root))
    if orphans:
        what = "1 process" if len(orphans) == 1 else f"{len(orphans)} processes"
        output.plain(f"Stopping {what} that an earlier start left behind …")
        processes.end(orphans, signal.SIGTERM, ORPHAN_SECONDS)
    for server in servers:
        shut_down(server)

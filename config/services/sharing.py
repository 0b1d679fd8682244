"""Who uses the servers of a data directory, told by locks that vanish with their holder.

Each user holds `users.lock` shared. Whoever can turn that into an exclusive lock at the end was the last one and
stops the servers; `start.lock` makes starting and stopping one at a time.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from config.services.embedded import Services, shut_down
from config.services.layout import prepare


@contextmanager
def shared(data_dir: Path) -> Iterator[Services]:
    """The servers, started if they are not up, and stopped again unless somebody else still uses them."""
    directory = prepare(data_dir)
    with directory.lock("users").open("w") as users:
        with exclusive(directory.lock("start")):
            fcntl.flock(users, fcntl.LOCK_SH)
            # Not tied to this process: another user may outlive it.
            services = Services(data_dir, tied=False).start()
        try:
            yield services
        finally:
            with exclusive(directory.lock("start")):
                if try_lock(users):
                    _stop(services)


def _stop(services: Services) -> None:
    """The last user stops the servers, whoever started them."""
    services.stop()
    for server in services.servers:
        shut_down(server)


@contextmanager
def exclusive(path: Path) -> Iterator[IO[str]]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""Work that is killed in its middle, as a power cut or the kernel's out-of-memory killer would: a process of its own,
forked from the test (a new one would load Django for two seconds) and gone by SIGKILL, its database session with it."""

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.context import ForkProcess

from django.db import connections

from kernel import failpoints

SECONDS = 30  # the longest that anything here takes to come to its failpoint


def begin(failpoint: str, work: Callable[[], object]) -> ForkProcess:
    """A process that does this work and kills itself when it comes to the failpoint."""
    process = multiprocessing.get_context("fork").Process(target=_run, args=(failpoint, work), daemon=True)
    process.start()
    return process


def killed_at(failpoint: str, work: Callable[[], object]) -> bool:
    """Whether the work came to the failpoint and died there."""
    return was_killed(begin(failpoint, work))


def was_killed(process: ForkProcess) -> bool:
    process.join(SECONDS)
    return process.exitcode == -signal.SIGKILL


def _run(failpoint: str, work: Callable[[], object]) -> None:
    failpoints._armed[failpoint] = "kill"
    for connection in connections.all(initialized_only=True):
        connection.connection = None  # the test's own: closed here, it would end there too
    work()

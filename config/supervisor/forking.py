"""Programs as processes forked from one that has loaded the house (docs/adr/0015): Python's own fork server, and around
it what a supervised process needs.

The fork server is started with the first need and again when it died. It reads its environment when it starts.
"""

import multiprocessing
import multiprocessing.forkserver
import multiprocessing.resource_tracker
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import IO, Any

from config.services import processes
from config.services.environment import REPOSITORY
from config.supervisor.options import Options
from config.supervisor.programs import named
from config.supervisor.shifts import ALONE, Shift

HOUSE = "config.supervisor.house"
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([HOUSE])


class Forked:
    """A running program, with the words of subprocess.Popen."""

    def __init__(self, process: ForkServerProcess, stdout: IO[bytes]) -> None:
        assert process.pid is not None
        self.pid = process.pid
        self.stdout = stdout
        self._process = process

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if (code := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return code


def load_the_house(environment: Mapping[str, str]) -> None:
    """Begin with it: what is started later waits for its end."""
    multiprocessing.resource_tracker.ensure_running()  # it unblocks what the next would inherit
    with _environment(environment), _ctrl_c_blocked():
        multiprocessing.forkserver.ensure_running()


@contextmanager
def _ctrl_c_blocked() -> Iterator[None]:
    """Until it has a session of its own, the terminal reaches the house too, in the middle of its imports."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def unload() -> None:
    """When no program runs any more. Python would let go of its helpers a moment after our end."""
    server, tracker = _helpers()
    for pid in filter(None, (server._forkserver_pid, tracker._pid)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _helpers() -> tuple[Any, Any]:
    """The fork server and what it starts beside itself. Python has no public name for their processes and pipes, which
    are the same from 3.11 to 3.14."""
    return multiprocessing.forkserver._forkserver, multiprocessing.resource_tracker._resource_tracker


def fork(name: str, options: Options, environment: Mapping[str, str], shift: Shift = ALONE) -> Forked:
    with _environment(environment):
        try:
            return _fork(name, options, shift)
        except (EOFError, ConnectionError):  # the fork server was killed: there is a new one for whoever asks again
            return _fork(name, options, shift)


def _fork(name: str, options: Options, shift: Shift) -> Forked:
    reading, writing = os.pipe()
    stdout = os.fdopen(reading, "rb")
    with Connection(writing, readable=False) as output:
        process = _context.Process(target=_run, args=(name, options, shift, output), name=name)
        process.start()
    return Forked(process, stdout)


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name in wanted.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


def _run(name: str, options: Options, shift: Shift, output: Connection) -> None:
    """In the forked process."""
    os.setsid()
    for stream in (1, 2):
        os.dup2(output.fileno(), stream)
    output.close()
    _let_go_of_the_helpers()
    _end_with_the_house()
    os.chdir(REPOSITORY)

    from setproctitle import setproctitle

    from config import roles

    program = named(name)
    setproctitle(program.title(options))
    os.environ["HILO_ROLE"] = name
    roles.play(name)
    if program.claims:
        shift.begin()
    program.run(options)


def _let_go_of_the_helpers() -> None:
    """They end when nobody holds their pipes any more: the supervisor alone does, whatever becomes of its programs."""
    server, tracker = _helpers()
    for pipe in (server._forkserver_alive_fd, tracker._fd):
        os.close(pipe)
    tracker._fd = None


def _end_with_the_house() -> None:
    processes.end_with_parent(processes.TERMINATE)
    supervisor = multiprocessing.parent_process()
    if supervisor is None or not supervisor.is_alive():
        os._exit(1)

"""Starting, stopping and finding processes, with the traps of containers and `kill -9` in mind.

Linux gives each child a signal when its parent dies (prctl(2), PR_SET_PDEATHSIG). Elsewhere the clean-up at the
next start finds what was left behind.
"""

import contextlib
import ctypes
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from config.services.account import Account

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02
TERMINATE = signal.SIGTERM
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str],
    *,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    output: int | IO[bytes] = subprocess.DEVNULL,
    cwd: Path | str = "/",
    death_signal: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start in a session of its own, so that Ctrl-C reaches only whoever supervises it."""
    return subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=dict(environment) if environment is not None else None,
        start_new_session=True,
        preexec_fn=die_with_parent(death_signal) if death_signal else None,
        **(account.popen_options() if account else {}),
    )


def die_with_parent(signal_number: int) -> Callable[[], None]:
    """For `preexec_fn`. The wish belongs to the thread that forks, so start children from the main thread."""
    parent = os.getpid()

    def ask_the_kernel() -> None:
        # Runs after setuid, which would clear the wish again.
        end_with_parent(signal_number)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def end_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """What this process gets from the kernel when the one that forked it dies."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal_number)


def outlive_parent_by(seconds: float) -> None:
    """What this session still runs that long after its parent's death is killed: nobody else is there to do it."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        time.sleep(seconds)
        kill_group(os.getpgrp())

    threading.Thread(target=watch, name="parent's death", daemon=True).start()


def settle() -> None:
    """What is loaded by now stays: the collector leaves it alone from here on. Before forking, as its passes would copy
    into each child what all of them share; and before long work, as they would walk through all of it each time."""
    gc.collect()
    gc.freeze()


def fork(work: Callable[[], object]) -> int:
    """A process that shares what this one has loaded, does this work and ends; it ends with this one too. For a process
    of one thread, without open connections. Returns its id."""
    parents_wish = die_with_parent(TERMINATE)
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        for number, usual in ((signal.SIGTERM, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
            signal.signal(number, usual)  # not the parent's
        parents_wish()
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        # Not sys.exit: the parent's exit handlers are the parent's.
        os._exit(code)


def stop(process: subprocess.Popen[bytes], signal_number: int, grace_seconds: float) -> None:
    """Ask, wait, then kill; in the end nothing of the process's session is left."""
    if process.poll() is None:
        process.send_signal(signal_number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_seconds)
    kill_group(process.pid)
    process.wait()


def kill_group(leader: int) -> None:
    """Kill what remains of a session's process group, for example web processes after their parent died."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(POLL_SECONDS)
    return condition()


def is_running(pid: int) -> bool:
    """A zombie does not count: some containers never reap, and its files are closed, once its last thread has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        threads = len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return sys.platform != "linux" and _answers(pid)
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X") or threads > 1


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def servers_in(folder: Path, executable: str) -> list[int]:
    """Running servers whose working folder is `folder`; by that rather than by pid files, as pids are reused."""
    return [
        pid
        for pid in _all_pids()
        if _link(pid, "cwd") == str(folder)
        and Path(_link(pid, "exe").removesuffix(" (deleted)")).name.startswith(executable)
        and is_running(pid)
    ]


def marked(name: str, value: str) -> list[int]:
    """Running processes that were started with `name=value` in their environment, and their descendants."""
    wanted = os.fsencode(f"{name}={value}")
    return [pid for pid in _all_pids() if pid != os.getpid() and wanted in _environment(pid) and is_running(pid)]


def _all_pids() -> Iterator[int]:
    try:
        return iter([int(entry) for entry in os.listdir("/proc") if entry.isdigit()])
    except OSError:
        return iter(())


def _link(pid: int, name: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/{name}")
    except OSError:
        return ""


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def roots(pids: Sequence[int]) -> list[int]:
    """Those whose parent is not among them: a living postmaster, or each backend that a dead one left."""
    return [pid for pid in pids if _parent(pid) not in pids]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def end(pids: Sequence[int], signal_number: int, grace_seconds: float) -> None:
    """Stop processes that are not our children: ask, wait, kill."""
    for attempt in (signal_number, signal.SIGKILL):
        for pid in roots([pid for pid in pids if is_running(pid)]):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, attempt)
                os.kill(pid, signal.SIGCONT)  # one that was stopped hears nothing
        if wait_until(lambda: not any(is_running(pid) for pid in pids), grace_seconds):
            return

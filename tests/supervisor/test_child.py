"""One supervised process: its output, its deaths, its end."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services import processes
from config.services.environment import REPOSITORY
from config.services.processes import is_running, wait_until
from config.supervisor.child import Child
from config.supervisor.output import Output


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def started(stream: io.StringIO) -> Iterator[list[Child]]:
    """Children that a test starts, ended whatever happens."""
    children: list[Child] = []
    yield children
    for child in children:
        child.grace_seconds = 0
        child.finish()


def child(stream: io.StringIO, script: str, grace_seconds: float = 5) -> Child:
    return Child(
        "part",
        lambda: processes.spawn([sys.executable, "-u", "-c", script], output=subprocess.PIPE),
        output=Output(stream),
        stop_signal=signal.SIGTERM,
        grace_seconds=grace_seconds,
    )


def watched(child: Child) -> Child:
    """As the supervisor's loop leaves it."""
    child.look_after()
    return child


def pid_of(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def test_output_lines_carry_the_name(stream: io.StringIO, started: list[Child]) -> None:
    part = child(stream, "print('first'); print('second')")
    started.append(part)

    part.start()

    assert wait_until(lambda: stream.getvalue().count("\n") == 2, 5)
    assert [line.split(" ", 1)[1] for line in stream.getvalue().splitlines()] == [
        "part      | first",
        "part      | second",
    ]


def test_dead_child_starts_again_after_a_wait(stream: io.StringIO, started: list[Child]) -> None:
    part = child(stream, "import time; time.sleep(60)")
    started.append(part)
    part.start()
    first = pid_of(part)

    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: watched(part).process is None, 5)
    assert "part was killed by signal 9, starts again in 0.5 s" in stream.getvalue()
    assert wait_until(lambda: watched(part).is_running, 5)

    assert pid_of(part) != first


def test_waits_grow_while_it_keeps_dying(stream: io.StringIO, started: list[Child]) -> None:
    part = child(stream, "raise SystemExit(3)")
    started.append(part)
    part.start()
    deadline = time.monotonic() + 10

    while part.wait < 2 and time.monotonic() < deadline:
        part.look_after()
        time.sleep(0.01)

    assert "ended with code 3, starts again in 0.5 s" in stream.getvalue()
    assert "ended with code 3, starts again in 1.0 s" in stream.getvalue()


def test_grandchildren_go_with_a_killed_child(stream: io.StringIO, started: list[Child], tmp_path: Path) -> None:
    """uvicorn's workers would otherwise keep the port from its successor."""
    note = tmp_path / "pid"
    part = child(
        stream,
        "import subprocess, sys, time\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(note)!r}, 'w').write(str(inner.pid)); time.sleep(60)",
    )
    started.append(part)
    part.start()
    assert wait_until(lambda: note.exists() and note.read_text() != "", 5)

    os.kill(pid_of(part), signal.SIGKILL)
    assert wait_until(lambda: watched(part).process is None, 5)

    assert wait_until(lambda: not is_running(int(note.read_text())), 5)


def test_child_that_ignores_its_stop_signal_is_killed(stream: io.StringIO, started: list[Child]) -> None:
    part = child(
        stream,
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)",
        grace_seconds=0.2,
    )
    started.append(part)
    part.start()
    assert wait_until(lambda: "deaf" in stream.getvalue(), 5)
    pid = pid_of(part)

    part.ask_to_stop()
    part.finish()

    assert not is_running(pid)
    assert "part did not stop in 0 s and is killed" in stream.getvalue()


DEAF = """
import signal, time
from config.services import processes
signal.signal(signal.SIGTERM, signal.SIG_IGN)
processes.outlive_parent_by(0.2)
print("deaf", flush=True)
time.sleep(60)
"""
STARTS_IT = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", sys.argv[1]], start_new_session=True, stdout=sys.stdout).pid, flush=True)
time.sleep(60)
"""


def test_orphan_that_hears_nothing_ends_itself() -> None:
    command = [sys.executable, "-c", STARTS_IT, DEAF]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
        assert parent.stdout.readline() == "deaf\n"

        parent.kill()

        assert wait_until(lambda: not is_running(orphan), 10)


def test_last_words_prefer_the_reason(stream: io.StringIO, started: list[Child]) -> None:
    part = child(stream, "print('starting'); print('FATAL: no room'); print('shut down')")
    started.append(part)
    part.start()
    assert wait_until(lambda: len(part.recent) == 3, 5)

    assert part.last_words() == "FATAL: no room"


def test_closed_terminal_does_not_stop_the_output() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    output = Output(Gone())

    output.plain("first")
    output.plain("second")

    assert output.stream.name == os.devnull


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("2026-11-22 05:00:00.000 UTC [12] LOG:  database system is ready to accept connections", False),
        ("2026-11-22 05:00:00.000 UTC [12] LOG:  received fast shutdown request", False),
        ("12:M 22 Nov 2026 05:00:00.000 # WARNING Memory overcommit must be enabled! Without it, …", False),
        ("2026-11-22 05:00:00.000 UTC [12] LOG:  database system was interrupted; last known up at 04:00", True),
        ("2026-11-22 05:00:00.000 UTC [12] FATAL:  the database system is starting up", False),
        ("2026-11-22 05:00:00.000 UTC [12] FATAL:  could not create shared memory segment", True),
        ('2026-11-22 05:00:00.000 UTC [12] ERROR:  relation "x" does not exist', True),
    ],
)
def test_routine_of_servers_is_remembered_and_not_shown(stream: io.StringIO, line: str, shown: bool) -> None:
    reading, writing = os.pipe()
    os.write(writing, line.encode() + b"\nthe end\n")
    os.close(writing)
    remembered: list[str] = []
    Output(stream).follow("postgres", os.fdopen(reading, "rb"), remembered.append)

    assert wait_until(lambda: "the end" in stream.getvalue(), 5)
    assert remembered == [line, "the end"]
    assert (line in stream.getvalue()) is shown

"""Finding, ending and forking processes, where numbers are reused, parents die and nobody reaps."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from config.services import processes
from config.services.environment import REPOSITORY
from config.services.processes import is_running, wait_until

SLEEP = ["/bin/sleep", "60"]
NO_SUCH_PID = 1 << 30


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that a test starts, ended whatever happens."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def renamed(folder: Path, name: str) -> str:
    """A program of this name that waits."""
    (folder / name).write_bytes(Path(SLEEP[0]).read_bytes())
    (folder / name).chmod(0o755)
    return str(folder / name)


def waiting(started: list[subprocess.Popen[bytes]], *command: str, **options: Any) -> subprocess.Popen[bytes]:
    started.append(subprocess.Popen(command or SLEEP, **options))
    return started[-1]


def test_condition_that_holds_already_is_not_waited_for() -> None:
    assert wait_until(lambda: True, 0)


def test_condition_is_looked_at_once_more_when_the_time_is_up() -> None:
    """A machine that slept meanwhile must not call a server dead that is there."""
    answers = iter([True])

    assert wait_until(lambda: next(answers), -1)
    assert not wait_until(lambda: False, -1)


def test_process_that_nobody_has_reaped_is_not_running() -> None:
    """Containers without an init keep such for ever."""
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert Path(f"/proc/{process.pid}").exists()

    assert not is_running(process.pid)

    process.wait()


def test_number_without_a_process_is_not_running() -> None:
    assert not is_running(NO_SUCH_PID)
    assert is_running(os.getpid())


def test_stopped_process_is_running(started: list[subprocess.Popen[bytes]]) -> None:
    process = waiting(started)

    process.send_signal(signal.SIGSTOP)

    assert is_running(process.pid)


def test_program_whose_name_has_brackets_and_spaces_is_running(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    """The kernel writes the name into the same line as the state, unquoted."""
    assert is_running(waiting(started, renamed(tmp_path, "a) Z (b"), "60").pid)


def test_server_is_found_by_its_folder_and_its_program(tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    folder, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    for place in (folder, elsewhere):
        place.mkdir()
    ours = waiting(started, renamed(tmp_path, "valkey-server"), "60", cwd=folder)
    waiting(started, renamed(tmp_path, "valkey-server2"), "60", cwd=elsewhere)
    waiting(started, renamed(tmp_path, "redis-server"), "60", cwd=folder)

    assert processes.servers_in(folder, "valkey") == [ours.pid]


def test_server_whose_program_was_replaced_meanwhile_is_found(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    """As by an upgrade of the packages."""
    ours = waiting(started, renamed(tmp_path, "postgres"), "60", cwd=tmp_path)

    (tmp_path / "postgres").unlink()

    assert processes.servers_in(tmp_path, "postgres") == [ours.pid]


def test_dead_server_is_not_found(tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    ours = waiting(started, renamed(tmp_path, "postgres"), "60", cwd=tmp_path)

    ours.kill()
    ours.wait()

    assert processes.servers_in(tmp_path, "postgres") == []


def test_marked_processes_are_those_with_exactly_this_mark(started: list[subprocess.Popen[bytes]]) -> None:
    """`/srv/hilo` is another installation than `/srv/hilo2`."""
    ours = waiting(started, env={"HILO_TEST_MARK": "/srv/hilo"})
    waiting(started, env={"HILO_TEST_MARK": "/srv/hilo2"})
    waiting(started, env={"NOT_HILO_TEST_MARK": "/srv/hilo"})

    assert processes.marked("HILO_TEST_MARK", "/srv/hilo") == [ours.pid]


def test_who_looks_for_marked_processes_is_none_of_them() -> None:
    """A supervisor that was itself started by one must not end itself."""
    looks = "import os; from config.services import processes; print(processes.marked('HILO_TEST_MARK', 'own'))"
    answer = subprocess.run(
        [sys.executable, "-c", looks],
        cwd=REPOSITORY,
        env=os.environ | {"HILO_TEST_MARK": "own"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout == "[]\n"


def test_roots_leave_out_whose_parent_is_among_them() -> None:
    """A postmaster is asked, not each of its backends."""
    assert processes.roots([os.getppid(), os.getpid()]) == [os.getppid()]
    assert processes.roots([os.getpid()]) == [os.getpid()]
    assert processes.roots([NO_SUCH_PID]) == [NO_SUCH_PID]


def test_processes_of_others_are_asked_before_they_are_killed(started: list[subprocess.Popen[bytes]]) -> None:
    process = waiting(started)

    processes.end([process.pid], signal.SIGTERM, 5)

    assert process.wait() == -signal.SIGTERM


def test_process_that_was_stopped_hears_its_end(started: list[subprocess.Popen[bytes]]) -> None:
    process = waiting(started)
    process.send_signal(signal.SIGSTOP)

    processes.end([process.pid], signal.SIGTERM, 5)

    assert process.wait() == -signal.SIGTERM


def test_process_that_does_not_listen_is_killed(started: list[subprocess.Popen[bytes]]) -> None:
    """SIGURG is one that nobody minds."""
    process = waiting(started)

    processes.end([process.pid], signal.SIGURG, 0.05)

    assert process.wait() == -signal.SIGKILL


def test_who_is_gone_already_keeps_nobody_from_ending_the_others(started: list[subprocess.Popen[bytes]]) -> None:
    process = waiting(started)

    processes.kill_group(NO_SUCH_PID)
    processes.end([NO_SUCH_PID, process.pid], signal.SIGTERM, 5)

    assert process.wait() == -signal.SIGTERM


def test_stopping_a_process_that_has_ended_ends_what_it_left(started: list[subprocess.Popen[bytes]]) -> None:
    leader = processes.spawn(["sh", "-c", "sleep 60 & echo $!"], output=subprocess.PIPE)
    assert leader.stdout is not None
    left = int(leader.stdout.readline())
    leader.wait()
    assert is_running(left)

    processes.stop(leader, signal.SIGTERM, 0)

    assert wait_until(lambda: not is_running(left), 5)
    leader.stdout.close()


def test_process_has_a_session_of_its_own_and_only_the_environment_it_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C in the terminal is for whoever supervises it."""
    monkeypatch.setenv("HILO_SECRET_KEY", "secret")
    script = "echo $(pwd) $HILO_SECRET_KEY $NAMED $(cut -d' ' -f6 /proc/$$/stat) $(cat); echo trouble >&2"

    process = processes.spawn(["/bin/sh", "-c", script], environment={"NAMED": "so"}, output=subprocess.PIPE)

    said, _ = process.communicate()
    assert said.decode().splitlines() == [f"/ so {process.pid}", "trouble"]


def test_process_without_words_about_it_inherits_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_TEST_NAMED", "so")

    process = processes.spawn(["/bin/sh", "-c", "echo $HILO_TEST_NAMED"], output=subprocess.PIPE, cwd="/tmp")

    assert process.communicate()[0] == b"so\n"


def nothing() -> None:
    pass


def fails() -> NoReturn:
    raise LookupError


def ends_with(code: int | str) -> Callable[[], NoReturn]:
    return lambda: sys.exit(code)


def interrupted() -> NoReturn:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("work", "code"),
    [(nothing, 0), (fails, 1), (ends_with(5), 5), (ends_with("a sentence"), 1), (interrupted, 0)],
    ids=["returned", "raised", "exited", "exited with words", "interrupted"],
)
def test_forked_process_ends_as_its_work_does(work: Callable[[], object], code: int) -> None:
    _, status = os.waitpid(processes.fork(work), 0)

    assert os.waitstatus_to_exitcode(status) == code


def test_forked_process_is_ended_by_a_signal_that_its_parent_minds() -> None:
    usual = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        _, status = os.waitpid(processes.fork(lambda: signal.raise_signal(signal.SIGTERM)), 0)
    finally:
        signal.signal(signal.SIGTERM, usual)

    assert os.waitstatus_to_exitcode(status) == -signal.SIGTERM

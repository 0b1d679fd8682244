"""Taking a data directory: who is refused, who is waited for, and what an earlier start left."""

import fcntl
import io
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest

from config.services import DataDirectory, ServiceError
from config.services.account import Account
from config.services.sharing import exclusive, try_lock
from config.supervisor import holding
from config.supervisor.holding import MARK, hold
from config.supervisor.output import Output

WAITING = "Waiting for a bin/manage command on this data directory to end …\n"


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path, Account(os.geteuid(), os.getegid(), switch=False))


@pytest.fixture
def command(directory: DataDirectory) -> Iterator[IO[str]]:
    """The lock of a bin/manage command at its work."""
    with directory.lock("users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield users


def is_free(path: Path) -> bool:
    with path.open("a") as file:
        return try_lock(file)


def test_second_supervisor_is_refused_and_told_two_ways_out(directory: DataDirectory) -> None:
    output = Output(io.StringIO())

    with hold(directory, [], output), pytest.raises(ServiceError) as refused, hold(directory, [], output):
        pass

    assert str(refused.value) == (
        f"Hilo is already running with the data directory {directory.root}: "
        "stop that one, or choose another folder with --data (and other ports)."
    )


def test_supervisor_that_ended_leaves_the_directory_free(directory: DataDirectory) -> None:
    stream = io.StringIO()

    for _ in range(2):
        with hold(directory, [], Output(stream)):
            pass

    assert stream.getvalue() == ""
    assert [is_free(directory.lock(name)) for name in ("supervisor", "users", "start")] == [True, True, True]


def test_start_that_failed_leaves_the_directory_free(directory: DataDirectory) -> None:
    with pytest.raises(ZeroDivisionError), hold(directory, [], Output(io.StringIO())):
        raise ZeroDivisionError

    assert is_free(directory.lock("supervisor"))


def test_commands_share_the_servers_of_whoever_holds_it_and_do_not_stop_them(directory: DataDirectory) -> None:
    with hold(directory, [], Output(io.StringIO())), ExitStack() as stack:
        users = stack.enter_context(directory.lock("users").open("w"))
        assert is_free(directory.lock("start"))  # to begin, as commands do

        fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)

        assert not try_lock(users)  # the last one to use them would stop them


def test_no_command_begins_while_a_start_looks_for_others(directory: DataDirectory, command: IO[str]) -> None:
    free: list[bool] = []

    class Ending(io.StringIO):
        """The command ends as soon as somebody waits for it."""

        def write(self, text: str) -> int:
            free.append(is_free(directory.lock("start")))
            fcntl.flock(command, fcntl.LOCK_UN)
            return super().write(text)

    stream = Ending()
    with hold(directory, [], Output(stream)):
        pass

    assert stream.getvalue() == WAITING
    assert set(free) == {False}


def test_command_that_does_not_end_is_waited_for_and_told_of_once(
    directory: DataDirectory, command: IO[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "PATIENCE_SECONDS", 0.3)
    stream = io.StringIO()

    with pytest.raises(ServiceError) as refused, hold(directory, [], Output(stream)):
        pass

    assert stream.getvalue() == WAITING
    assert str(refused.value) == (
        "A bin/manage command is still using this data directory: wait for its end, or end it."
    )
    assert is_free(directory.lock("supervisor"))


def orphan(root: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["/bin/sleep", "60"], env={MARK: str(root)})


def test_processes_that_an_earlier_start_left_are_ended_and_told_of(directory: DataDirectory) -> None:
    stream = io.StringIO()
    ours, others = orphan(directory.root), orphan(directory.root / "other")

    with hold(directory, [], Output(stream)):
        assert ours.wait() == -signal.SIGTERM
        assert others.poll() is None
    others.kill()
    others.wait()

    assert stream.getvalue() == "Stopping 1 process that an earlier start left behind …\n"


def test_processes_of_a_running_product_are_left_alone(directory: DataDirectory) -> None:
    output = Output(io.StringIO())
    with hold(directory, [], output):
        part = orphan(directory.root)

        with pytest.raises(ServiceError, match="already running"), hold(directory, [], output):
            pass

        assert part.poll() is None
        part.kill()
        part.wait()


class Left:
    """A server of the data directory, as far as somebody wants to end it."""

    name = executable = "postgres"
    stop_signal = signal.SIGUSR1

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "postgres").write_bytes(Path("/bin/sleep").read_bytes())
        (folder / "postgres").chmod(0o755)
        self.process = subprocess.Popen([folder / "postgres", "60"], cwd=folder)


def test_servers_that_an_earlier_start_left_are_stopped_as_they_want_to_be(directory: DataDirectory) -> None:
    server = Left(directory.root)

    with hold(directory, [server], Output(io.StringIO())):  # type: ignore[list-item]
        assert server.process.wait() == -signal.SIGUSR1


def test_lock_of_somebody_else_is_not_taken(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock"), (tmp_path / "lock").open("w") as other:
        assert not try_lock(other)

    assert is_free(tmp_path / "lock")

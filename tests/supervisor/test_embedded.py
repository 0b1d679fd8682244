"""Which servers an installation runs itself, with what environment its processes find them, and with which keys."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services import ServiceError, Services, embedded, environment, manage, secrets
from config.services.account import Account
from config.services.layout import DataDirectory

URLS = {"DATABASE_URL": "postgresql://db.example/hilo", "VALKEY_URL": "redis://valkey.example:6379"}


# Waits until its parent minds signals (a bit for each, proc(5)), sends it one and, but after Ctrl-C, goes on.
TELLS_ITS_PARENT = """
import os, signal, sys, time
parent, number = map(int, sys.argv[1:])
minded = lambda: int(open(f"/proc/{parent}/status").read().partition("SigCgt:")[2].split()[0], 16)
while not minded() >> signal.SIGHUP - 1 & 1:
    time.sleep(0.01)
os.kill(parent, number)
time.sleep(0 if number == signal.SIGINT else 10)
sys.exit(7)
"""


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path, Account(1, 1, switch=False))


@pytest.mark.parametrize(
    ("named", "ours"),
    [
        ((), ["postgres", "valkey"]),
        (("DATABASE_URL",), ["valkey"]),
        (("VALKEY_URL",), ["postgres"]),
        (("DATABASE_URL", "VALKEY_URL"), []),
    ],
)
def test_each_server_of_the_environment_replaces_one_of_ours(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...], ours: list[str]
) -> None:
    for name in named:
        monkeypatch.setenv(name, URLS[name])

    services = Services(data_dir)

    assert [server.name for server in services.servers] == ours
    assert (services.database_url == URLS["DATABASE_URL"]) is ("DATABASE_URL" in named)
    assert (services.valkey_url == URLS["VALKEY_URL"]) is ("VALKEY_URL" in named)


def test_variable_that_is_empty_replaces_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in URLS:
        monkeypatch.setenv(name, "")

    assert len(Services(data_dir).servers) == 2


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("LOG:  starting\nFATAL:  could not create lock file: No space left on device\nLOG:  shut down\n",
         "FATAL:  could not create lock file: No space left on device"),
        ("*** FATAL CONFIG FILE ERROR ***\nBad directive\nerror at line 2\n\n", "error at line 2"),
        ("Killed\n\n  \n", "Killed"),
        ("", "it gave no reason"),
        ("\xff\n", "\N{REPLACEMENT CHARACTER}"),
    ],
)  # fmt: skip
def test_last_reason_in_the_log_is_why_a_server_did_not_start(tmp_path: Path, log: str, reason: str) -> None:
    (tmp_path / "log").write_bytes(log.encode("latin-1"))

    assert embedded._reason(tmp_path / "log") == reason


def test_processes_find_the_servers_that_were_named_to_them(
    directory: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the caller's own environment says: commands of a running product are told of its servers."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://stale")
    monkeypatch.setenv("HILO_ROLE", "web")

    built = environment.build(directory, database_url="postgresql://d", valkey_url="redis://v", role="worker")

    told = {name: built[name] for name in ("DATABASE_URL", "VALKEY_URL", "HILO_DATA", "HILO_ROLE")}
    assert told == {
        "DATABASE_URL": "postgresql://d",
        "VALKEY_URL": "redis://v",
        "HILO_DATA": str(directory.root),
        "HILO_ROLE": "worker",
    }
    assert built["PYTHONUNBUFFERED"] == "1"


def test_keys_of_the_environment_win_over_those_that_were_made(
    directory: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HILO_SECRET_KEY", "the operator's")
    monkeypatch.delenv("HILO_FIELD_KEYS", raising=False)

    built = environment.build(directory, database_url="", valkey_url="", role="web")

    assert built["HILO_SECRET_KEY"] == "the operator's"
    assert built["HILO_FIELD_KEYS"] == secrets.load(directory.secrets)["HILO_FIELD_KEYS"]


@pytest.mark.parametrize("name", ["HILO_SECRET_KEY", "HILO_FIELD_KEYS", "HILO_DEMO_PASSWORD"])
def test_key_that_a_file_of_variables_leaves_empty_is_the_one_that_was_made(
    name: str, directory: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "")

    built = environment.build(directory, database_url="", valkey_url="", role="web")

    assert built[name] == secrets.load(directory.secrets)[name] != ""


def test_slower_of_two_first_starts_keeps_the_keys_of_the_faster(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = secrets.load(path)

    secrets._create(path)

    assert secrets.load(path) == first
    assert list(tmp_path.iterdir()) == [path]


def test_draft_that_a_crash_left_behind_is_written_anew(tmp_path: Path) -> None:
    """The number of a process comes again."""
    draft = tmp_path / f"secrets.json.{os.getpid()}"
    draft.write_text("{" + " " * 10_000)

    made = secrets.load(tmp_path / "secrets.json")

    assert json.loads((tmp_path / "secrets.json").read_text()) == made
    assert not draft.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'"key"', b"null"])
def test_keys_that_cannot_be_read_are_left_as_they_are(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secrets.json"
    path.write_bytes(content)

    with pytest.raises(
        ServiceError, match=rf"^Cannot read the keys in {path}: restore that file from a backup \(.+\)\.$"
    ):
        secrets.load(path)
    assert path.read_bytes() == content


def test_folder_in_place_of_the_keys_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"restore that file from a backup \(.*Is a directory"):
        secrets.load(tmp_path)


def test_command_without_a_place_to_work_in_is_one_sentence_and_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HILO_DATA", str(tmp_path / "file" / "data"))

    assert manage.main(["migrate"]) == 1
    assert capsys.readouterr() == (
        "",
        f"Cannot write to the data directory {tmp_path}/file/data (not a directory): "
        "choose another folder with --data.\n",
    )


@pytest.fixture
def handlers() -> Iterator[None]:
    """What `bin/manage` does with signals is undone after the test."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    usual = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, usual, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 7)])
def test_signals_that_end_a_command_reach_it_and_ctrl_c_is_left_to_the_terminal(
    number: signal.Signals, code: int
) -> None:
    command = [sys.executable, "-c", TELLS_ITS_PARENT, str(os.getpid()), str(number.value)]

    assert manage.run(command, dict(os.environ)) == code

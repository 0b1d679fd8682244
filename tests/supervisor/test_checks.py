"""What stands in the way of a start is said in one sentence that tells what to do."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.services import ServiceError
from config.services.environment import REPOSITORY
from config.supervisor import checks
from config.supervisor.options import parse
from tests.supervisor import free_port


def reachable(**environment: str) -> subprocess.CompletedProcess[str]:
    cleared = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "VALKEY_URL")}
    return subprocess.run(
        [sys.executable, "-m", "config.supervisor.reachable"],
        cwd=REPOSITORY,
        env=cleared | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(ServiceError, match=f"Port {port} on 127.0.0.1 is taken .*--smtp-port"):
            checks.refuse_taken_port("127.0.0.1", port, "--smtp-port")


def test_free_port_is_fine() -> None:
    checks.refuse_taken_port("127.0.0.1", free_port(), "--port")


def test_address_of_another_machine_is_named() -> None:
    with pytest.raises(ServiceError, match=r"Cannot listen on 192\.0\.2\.1 .*--host"):
        checks.refuse_taken_port("192.0.2.1", free_port(), "--port")


def test_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_FREE_BYTES", 1 << 62)

    with pytest.raises(ServiceError, match=r"The disk that holds .*hilo is full"):
        checks.refuse_full_disk(tmp_path / "not" / "there" / "hilo")


def test_servers_of_the_environment_that_answer_pass() -> None:
    answer = reachable(DATABASE_URL=_maintenance(os.environ["DATABASE_URL"]), VALKEY_URL=os.environ["VALKEY_URL"])

    assert (answer.returncode, answer.stderr) == (0, "")


def _maintenance(url: str) -> str:
    """The suite's server, whether or not this worker's own database was made yet."""
    address, _, query = url.partition("?")
    return f"{address.rpartition('/')[0]}/postgres?{query}"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {"DATABASE_URL": "postgresql://hilo:secret@127.0.0.1:1/hilo"},
            "The database at 127.0.0.1:1 cannot be reached",
        ),
        ({"DATABASE_URL": "mysql://hilo@127.0.0.1/hilo"}, "DATABASE_URL is not a PostgreSQL address"),
        ({"VALKEY_URL": "redis://127.0.0.1:1"}, "Valkey at 127.0.0.1:1 cannot be reached"),
        ({"VALKEY_URL": "unix:///nowhere/valkey.sock"}, "Valkey at /nowhere/valkey.sock cannot be reached"),
        ({"VALKEY_URL": "carrot"}, "VALKEY_URL is not a Valkey or Redis address"),
        ({"BROKER_URL": "amqp://guest:secret@127.0.0.1:1//"}, "The broker at 127.0.0.1:1 cannot be reached"),
    ],
)
def test_unreachable_server_is_one_sentence_without_its_password(environment: dict[str, str], sentence: str) -> None:
    answer = reachable(**environment)

    assert answer.returncode == 1
    assert answer.stderr.startswith(sentence)
    assert len(answer.stderr.splitlines()) == 1
    assert "secret" not in answer.stderr


def test_one_port_for_web_and_mail_is_refused() -> None:
    with pytest.raises(ServiceError, match=r"^--port and --smtp-port are both 8000: give each its own\.$"):
        checks.before_start(parse(["--port", "8000", "--smtp-port", "8000"]))


def test_variable_that_somebody_relies_on_in_vain_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_FILES_URL", "s3://elsewhere")

    with pytest.raises(ServiceError, match=r"^HILO_FILES_URL is set, but this version keeps files in its data"):
        checks.before_start(parse([]))


def test_variable_that_changes_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_DSN", "https://elsewhere.example")

    assert checks.not_heeded() == ["SENTRY_DSN is set, but this version tells errors in its log only."]

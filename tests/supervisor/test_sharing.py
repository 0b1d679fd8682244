"""`bin/manage`: servers for the length of a command, shared by commands that overlap, and keys made once."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.services import ServiceError, secrets
from config.services.manage import run
from config.services.processes import servers_in, wait_until
from config.services.sharing import shared


def running(made_dir: Path) -> bool:
    return bool(servers_in(made_dir / "postgres", "postgres"))


def test_servers_stop_with_their_only_user(made_dir: Path) -> None:
    with shared(made_dir):
        assert running(made_dir)

    assert not running(made_dir)


def test_last_of_two_users_stops_the_servers(made_dir: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from config.services.sharing import shared\n"
        f"with shared(Path({str(made_dir)!r})): print('in', flush=True); sys.stdin.readline()"
    )
    with shared(made_dir):
        other = subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"

    assert running(made_dir)
    other.communicate("\n")
    assert wait_until(lambda: not running(made_dir), 10)


def test_servers_of_a_killed_user_are_used_and_stopped_by_the_next(made_dir: Path) -> None:
    script = (
        "import os, signal; from pathlib import Path; from config.services.sharing import shared\n"
        f"with shared(Path({str(made_dir)!r})): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    left_behind = servers_in(made_dir / "postgres", "postgres")
    assert left_behind

    with shared(made_dir) as services:
        assert services.children == []
        assert set(left_behind) & set(servers_in(made_dir / "postgres", "postgres"))

    assert not running(made_dir)


def test_command_keeps_its_exit_code() -> None:
    assert run([sys.executable, "-c", "raise SystemExit(7)"], dict(os.environ)) == 7


def test_command_killed_by_a_signal_exits_as_a_shell_would_say_it() -> None:
    script = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"

    assert run([sys.executable, "-c", script], dict(os.environ)) == 128 + signal.SIGTERM


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"

    first = secrets.load(path)

    assert secrets.load(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(first) == ["HILO_DEMO_PASSWORD", "HILO_FIELD_KEYS", "HILO_SECRET_KEY"]
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.json"]


def test_secrets_differ_between_installations(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()

    assert secrets.load(tmp_path / "a.json") != secrets.load(tmp_path / "other" / "a.json")


def test_damaged_secrets_are_not_replaced(tmp_path: Path) -> None:
    """New keys would make every stored channel secret unreadable for ever."""
    path = tmp_path / "secrets.json"
    path.write_text("{")

    with pytest.raises(ServiceError, match="restore that file from a backup"):
        secrets.load(path)
    assert path.read_text() == "{"


def test_field_keys_are_thirty_two_bytes_with_a_name(tmp_path: Path) -> None:
    import base64

    name, _, key = json.loads(json.dumps(secrets.load(tmp_path / "s.json")))["HILO_FIELD_KEYS"].partition(":")

    assert name == "k1"
    assert len(base64.b64decode(key)) == 32

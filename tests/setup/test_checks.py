"""`bin/check`: which checks run, with what environment, and what is shown of them."""

import os
import re
import sys
import tempfile
from pathlib import Path

import pytest

from config.setup import checks
from config.setup.checks import Check
from config.setup.steps import REPOSITORY

URLS = {"DATABASE_URL": "postgresql://db.example/hilo", "VALKEY_URL": "redis://valkey.example"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another account")


@pytest.fixture(autouse=True)
def servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of somebody else: none are started here."""
    for name, url in URLS.items():
        monkeypatch.setenv(name, url)


def shell(name: str, script: str, **environment: str) -> Check:
    return Check(name, ["sh", "-c", script], environment)


def choose(monkeypatch: pytest.MonkeyPatch, *listed: Check) -> None:
    monkeypatch.setattr(checks, "CHECKS", list(listed))


def verdicts(told: str) -> list[tuple[str, str]]:
    return re.findall(r"^(\S+) +(ok|FAILED) +\d+\.\d s$", told, re.MULTILINE)


def test_check_that_passes_is_one_line_without_its_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert shell("style", "echo all is well").run({}) is True

    assert re.fullmatch(r"style                  ok        \d\.\d s\n", capsys.readouterr().out)


def test_check_that_fails_shows_what_it_said_on_both_streams(capsys: pytest.CaptureFixture[str]) -> None:
    assert shell("style", "echo one; echo two >&2; exit 3").run({}) is False

    told = capsys.readouterr().out
    assert verdicts(told) == [("style", "FAILED")]
    assert told.splitlines()[1:3] == ["one", "two"]


def test_check_runs_in_the_repository_and_cannot_ask_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert shell("here", f'test "$(pwd)" = "{REPOSITORY}" && test -z "$(cat)"').run({})


def test_checks_own_environment_wins_over_the_servers_and_those_over_the_callers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("A", "caller")
    monkeypatch.setenv("B", "caller")
    monkeypatch.setenv("C", "caller")

    assert shell("which", 'test "$A $B $C" = "caller servers check"', C="check").run({"B": "servers", "C": "servers"})


def test_unknown_check_is_refused_with_the_known_ones_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    choose(monkeypatch, shell("style", "exit 1"), shell("types", "exit 1"))

    assert checks.main(["types", "tpyes", "nothing"]) == 1
    assert capsys.readouterr() == ("", "There is no check nothing, tpyes: choose from style, types.\n")


def test_all_checks_run_when_none_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    choose(monkeypatch, shell("style", "true"), shell("types", "true"))

    assert checks.main([]) == 0
    told = capsys.readouterr().out
    assert verdicts(told) == [("style", "ok"), ("types", "ok")]
    assert told.endswith("\nAll checks passed.\n")


def test_named_checks_run_alone_in_the_order_of_the_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    choose(monkeypatch, shell("style", "true"), shell("types", "exit 1"), shell("imports", "true"))

    assert checks.main(["imports", "style"]) == 0
    assert verdicts(capsys.readouterr().out) == [("style", "ok"), ("imports", "ok")]


def test_failure_does_not_hide_those_after_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    choose(monkeypatch, shell("style", "exit 1"), shell("types", "true"), shell("imports", "exit 1"))

    assert checks.main([]) == 1
    told = capsys.readouterr().out
    assert verdicts(told) == [("style", "FAILED"), ("types", "ok"), ("imports", "FAILED")]
    assert told.endswith("\nFailed: style, imports\n")


def test_checks_find_servers_and_a_data_directory_that_is_gone_afterwards(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HILO_DATA", raising=False)
    note = tmp_path / "note"
    choose(monkeypatch, shell("asking", f'echo "$DATABASE_URL $VALKEY_URL $HILO_DATA" > {note}; test -d "$HILO_DATA"'))

    assert checks.main([]) == 0

    database, valkey, folder = note.read_text().split()
    assert {"DATABASE_URL": database, "VALKEY_URL": valkey} == URLS
    assert Path(folder).name.startswith("hilo-check-")
    assert not Path(folder).exists()


def test_tests_among_the_checks_bring_servers_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would empty a database that they were told of."""
    monkeypatch.delenv("HILO_DATA", raising=False)
    choose(monkeypatch, shell("architecture", 'test -z "$HILO_DATA"'))

    assert checks.main([]) == 0


@as_root
def test_machine_on_which_no_server_can_run_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here a private folder for temporary files, which the servers' account may not enter."""
    choose(monkeypatch, shell("style", "true"))
    tmp_path.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    assert checks.main([]) == 1

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("The account `nobody`, which runs PostgreSQL when Hilo is started by root, cannot reach")
    assert list(tmp_path.iterdir()) == []


def test_checks_that_load_the_product_have_what_it_asks_for() -> None:
    """A clone without an installation has no keys, and must be checked all the same."""
    for check in checks.CHECKS:
        if check.command[:2] == [sys.executable, "manage.py"]:
            assert check.environment.keys() >= {"HILO_SECRET_KEY", "HILO_FIELD_KEYS"}, check.name

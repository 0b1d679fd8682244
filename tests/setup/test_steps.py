"""Set-up steps run once for what they are made from, and say what to do when they fail."""

import signal
import sys
from pathlib import Path

import pytest

from config.setup import command as setup
from config.setup import node, steps
from config.setup.steps import SetupError, Step


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(steps, "REPOSITORY", tmp_path)
    monkeypatch.setattr(steps, "STAMPS", tmp_path / ".venv" / "stamps")
    (tmp_path / "list.txt").write_text("one")
    return tmp_path


def step(script: str = "open('made', 'a').write('x')", results: tuple[str, ...] = ()) -> Step:
    return Step("Making it", ("list.txt",), lambda: [[sys.executable, "-c", script]], "Do this and that.", results)


def test_step_is_done_once_it_ran(repository: Path) -> None:
    assert not step().is_done()

    steps.run_all([step()])

    assert step().is_done()
    assert (repository / "made").read_text() == "x"


def test_changed_source_undoes_the_step(repository: Path) -> None:
    steps.run_all([step()])

    (repository / "list.txt").write_text("two")

    assert not step().is_done()


def test_missing_result_undoes_the_step(repository: Path) -> None:
    steps.run_all([step(results=("made",))])
    assert step(results=("made",)).is_done()

    (repository / "made").unlink()

    assert not step(results=("made",)).is_done()


def test_progress_names_the_step_and_its_seconds(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps.run_all([step()])

    assert capsys.readouterr().out.startswith("Making it … ")


def test_step_that_stands_alone_runs_beside_the_first_and_is_told_of_in_its_turn(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = (
        "import os, time\nfor _ in range(500):\n    os.path.exists('beside') and exit()\n    time.sleep(0.01)\nexit(1)"
    )
    first = step(waiting)
    beside = Step("Getting it", (), lambda: [[sys.executable, "-c", "open('beside', 'w')"]], "Wait.", alone=True)

    steps.run_all([first, beside])

    assert [line.partition(" … ")[0] for line in capsys.readouterr().out.splitlines()] == ["Making it", "Getting it"]
    assert beside.is_done()


def test_failed_step_shows_its_output_and_gives_advice(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SetupError, match=r"Do this and that\."):
        steps.run_all([step("print('no room'); raise SystemExit(1)")])

    assert "no room" in capsys.readouterr().err
    assert not step().is_done()


def test_missing_program_is_a_failed_step(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absent = Step("Making it", (), lambda: [["/nowhere/npm"]], "Get npm.")

    with pytest.raises(SetupError, match=r"Get npm\."):
        steps.run_all([absent])

    assert "/nowhere/npm: No such file or directory" in capsys.readouterr().err


def test_sources_leave_installed_packages_out(repository: Path) -> None:
    installed = repository / "static" / "node_modules"
    installed.mkdir(parents=True)
    (installed / "a.js").write_text("")
    (repository / "static" / "b.js").write_text("")

    assert [path.name for path in steps.files(["static/**/*"])] == ["b.js"]


def machine(folder: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, answer in (("node", version), ("npm", "11.0.0")):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {answer}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.delenv("HILO_NODE", raising=False)


def test_machine_with_a_recent_node_uses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(tmp_path, "v18.0.0", monkeypatch)

    found = node.find()

    assert found is not None
    assert found.folder == tmp_path
    assert found.npm == (str(tmp_path / "npm"),)


def test_machine_with_an_old_node_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(tmp_path, "v16.20.2", monkeypatch)

    found = node.find()

    assert found is None or found.folder != tmp_path


def test_node_comes_first_on_the_path_of_its_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(tmp_path, "v22.1.0", monkeypatch)

    assert node.required().environment()["PATH"].startswith(f"{tmp_path}:")


def test_node_trusts_whom_the_machine_trusts_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(tmp_path, "v24.19.0", monkeypatch)
    monkeypatch.delenv("NODE_USE_SYSTEM_CA", raising=False)
    assert node.required().environment()["NODE_USE_SYSTEM_CA"] == "1"

    monkeypatch.setenv("NODE_USE_SYSTEM_CA", "0")
    assert node.required().environment()["NODE_USE_SYSTEM_CA"] == "0"


def test_what_pip_says_of_each_attempt_does_not_hide_its_reason(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    says = "print('WARNING: Retrying (Retry(total=4))'); print('ERROR: No matching distribution'); raise SystemExit(1)"

    with pytest.raises(SetupError, match=r"^Do this and that\.$"):
        steps.run_all([step(says)])

    assert capsys.readouterr().err == "ERROR: No matching distribution\n"


def test_interrupting_it_is_one_sentence(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / ".venv").mkdir()
    monkeypatch.setattr(setup, "REPOSITORY", repository)
    held = Step(name="Waiting", sources=(), commands=ctrl_c, advice="")
    monkeypatch.setattr(sys, "argv", ["config.setup"])
    monkeypatch.setattr(setup, "steps", lambda arguments: [held])
    # Python leaves the signal alone where a shell started the tests in the background.
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)

    try:
        assert setup.main() == 130
    finally:
        signal.signal(signal.SIGINT, usual)
    assert capsys.readouterr().err == "\nInterrupted. What is done stays: the next start goes on from there.\n"


def ctrl_c() -> list[list[str]]:
    signal.raise_signal(signal.SIGINT)
    return []

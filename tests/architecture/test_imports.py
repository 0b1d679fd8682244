"""The import contracts hold, and each kind of violation that somebody could plant is caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
APPLICATIONS = ("config", "journeys", "feedback", "omnichannel", "onsite", "crm", "kernel")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The product's Python files, free to be spoilt."""
    for name in (*APPLICATIONS, "tests"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=_all_but_python)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def _all_but_python(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".py") and not Path(folder, name).is_dir()]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(program), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ".", "COLUMNS": "400"},
    )


def plant(folder: Path, module: str, line: str) -> None:
    path = folder / module
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + f"\n{line}\n")


def test_contracts_hold(copy: Path) -> None:
    answer = lint(copy)

    assert answer.returncode == 0, answer.stdout


# What somebody could write, and what it would be.
PLANTED = {
    "kernel/planted_noun.py": "import crm.models",  # the kernel knows a noun
    "crm/planted_upwards.py": "from omnichannel import models",  # a lower application imports an upper one
    "feedback/planted_wiring.py": "import config.settings",  # an application imports the wiring
    "crm/models/planted_verb.py": "import crm.actions",  # a noun calls a verb
    "omnichannel/actions/planted_door.py": "import omnichannel.views",  # a verb calls a door
    "omnichannel/forms/planted_form.py": "import omnichannel.views",  # a form calls a door
    "journeys/planted_neighbour.py": "import crm.views",  # another application's door
    "omnichannel/planted_neighbours_form.py": "import crm.forms",  # another application's form
}


def test_every_planted_violation_is_caught(copy: Path) -> None:
    for module, line in PLANTED.items():
        plant(copy, module, line)

    answer = lint(copy)

    assert answer.returncode == 1
    named = {module: module.removesuffix(".py").replace("/", ".") in answer.stdout for module in PLANTED}
    assert named == dict.fromkeys(PLANTED, True)


def test_plugin_base_of_another_application_is_public(copy: Path) -> None:
    plant(copy, "journeys/planted.py", "import omnichannel.channels.base")

    assert lint(copy).returncode == 0

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


@pytest.mark.parametrize(
    ("module", "line"),
    [
        pytest.param("kernel/planted.py", "import crm.models", id="kernel knows a noun"),
        pytest.param("crm/planted.py", "from omnichannel import models", id="a lower application imports an upper one"),
        pytest.param("feedback/planted.py", "import config.settings", id="an application imports the wiring"),
        pytest.param("crm/models/planted.py", "import crm.actions", id="a noun calls a verb"),
        pytest.param("omnichannel/actions/planted.py", "import omnichannel.views", id="a verb calls a door"),
        pytest.param("omnichannel/forms/planted.py", "import omnichannel.views", id="a form calls a door"),
        pytest.param("journeys/planted.py", "import crm.views", id="another application's door"),
        pytest.param("omnichannel/planted.py", "import crm.forms", id="another application's form"),
    ],
)
def test_planted_violation_is_caught(copy: Path, module: str, line: str) -> None:
    plant(copy, module, line)

    answer = lint(copy)

    assert answer.returncode == 1
    assert module.removesuffix(".py").replace("/", ".") in answer.stdout


def test_plugin_base_of_another_application_is_public(copy: Path) -> None:
    plant(copy, "journeys/planted.py", "import omnichannel.channels.base")

    assert lint(copy).returncode == 0

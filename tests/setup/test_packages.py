"""Packages come by uv, reached as pip is told to reach a registry, and by pip where uv does not work."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.setup import packages

LISTED = """global.index-url='https://mirror.example/simple'
global.timeout='60'
install.index-url='https://nearer.example/simple'
:env:.cert='/etc/ca.pem'
"""


def test_what_pip_knows_of_the_registry_is_handed_on() -> None:
    assert packages.handed_on(LISTED) == {
        "UV_DEFAULT_INDEX": "https://nearer.example/simple",
        "SSL_CERT_FILE": "/etc/ca.pem",
    }


def test_pip_without_settings_hands_nothing_on() -> None:
    assert packages.handed_on("") == {}


def program(folder: Path, name: str, status: int) -> list[str]:
    """A program that notes its arguments in a file called as itself, then ends with this status."""
    noting = f"import sys; open({str(folder / name)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n'); sys.exit({status})"
    return [sys.executable, "-c", noting]


@pytest.mark.parametrize(("uv", "pip", "status"), [(0, 0, 0), (1, 0, 0), (1, 1, 1)])
def test_pip_takes_over_where_uv_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uv: int, pip: int, status: int
) -> None:
    monkeypatch.setattr(packages, "UV", program(tmp_path, "uv", uv))
    monkeypatch.setattr(packages, "pip", lambda: program(tmp_path, "pip", pip))

    assert packages.main("list.txt") == status
    asked = (tmp_path / "pip").read_text()
    assert ("--no-compile -r list.txt" in asked) is (uv == 1)


def test_machine_without_a_wheel_of_uv_is_served_by_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picky = "import sys; sys.exit('requirements-uv.txt' in sys.argv)"
    monkeypatch.setattr(packages, "pip", lambda: [sys.executable, "-c", picky])
    monkeypatch.setattr(packages, "UV", program(tmp_path, "uv", 0))

    assert packages.main("list.txt") == 0
    assert not (tmp_path / "uv").exists()


def said_by(pip: list[str]) -> str:
    return subprocess.run([*pip, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout


def test_pip_that_came_with_python_is_used_from_its_wheel() -> None:
    assert ".whl" in said_by(packages.pip())


def test_python_without_such_a_wheel_gets_pip_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_config_var", lambda name: str(tmp_path))
    asked: list[list[str]] = []
    monkeypatch.setattr(packages, "succeeds", lambda command, **options: asked.append(command))

    assert packages.pip()[1:3] == ["-m", "pip"]
    assert asked == [[sys.executable, "-m", "ensurepip"]]

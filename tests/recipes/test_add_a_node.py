"""The recipes for nodes and conditions, followed: a copied folder is one more of its kind, nothing else is touched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Puts the copy beside the real ones for the time of one test run, without writing into the checkout.
LOFT = """
import {package}
{package}.__path__.append({loft!r})
"""


OWN_TEST = {
    "nodes": "test_people_part_by_their_name[Ana-short] PASSED",
    "conditions": "test_tags_are_counted_for_everybody_at_once PASSED",
}


@pytest.mark.parametrize("package", ["nodes", "conditions"])
def test_a_copied_example_is_one_more(package: str, tmp_path: Path) -> None:
    loft = tmp_path / "loft"
    shutil.copytree(ROOT / f"journeys/{package}/_example", loft / "lottery")
    plugin = loft / "lottery" / "plugin.py"
    renamed = plugin.read_text().replace('slug = "example"', 'slug = "lottery"')
    plugin.write_text(renamed.replace('"type": "example"', '"type": "lottery"'))
    (tmp_path / "lottery_loft.py").write_text(LOFT.format(package=f"journeys.{package}", loft=str(loft)))

    ours = ("PYTEST_", "HILO_", "DJANGO_", "DATABASE_URL", "VALKEY_URL")
    env = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    paths = ["journeys/tests/test_contracts.py", str(loft / "lottery/tests")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "lottery_loft", "-p", "no:cacheprovider", "-n0", "-v", *paths],
        cwd=ROOT,
        env=env | {"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    kind = package.removesuffix("s")
    assert f"test_example_of_a_{kind}_works[lottery] PASSED" in done.stdout
    assert OWN_TEST[package] in done.stdout

"""The recipes, followed: a copied folder is a channel, a node, a condition, with nothing outside it touched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What each copy is called: modules of one name would hide each other in one run.
NAMES = {"omnichannel.channels": "pigeon", "journeys.nodes": "lottery", "journeys.conditions": "wardrobe"}
# The kind's own contract, and the test that came along with the example.
EXPECTED = {
    "omnichannel.channels": ("test_it_parses_and_sends[pigeon]", "test_an_answer_is_handed_to_the_provider"),
    "journeys.nodes": ("test_example_of_a_node_works[lottery]", "test_people_part_by_their_name[Ana-short]"),
    "journeys.conditions": (
        "test_example_of_a_condition_works[wardrobe]",
        "test_tags_are_counted_for_everybody_at_once",
    ),
}
CONTRACTS = ("omnichannel/tests/test_channel_contract.py", "journeys/tests/test_contracts.py")
# Puts the copies beside the real ones for the time of one test run, without writing into the checkout.
LOFT = """
from importlib import import_module
for kind, loft in {lofts!r}.items():
    import_module(kind).__path__.append(loft)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> "subprocess.CompletedProcess[str]":
    """A whole test run of its own for all the copies, on this run's servers: a plug-in is found when Django starts."""
    folder = tmp_path_factory.mktemp("lofts")
    lofts = {kind: copy_example(kind, folder / kind) for kind in NAMES}
    (folder / "lofts.py").write_text(LOFT.format(lofts={kind: str(loft) for kind, loft in lofts.items()}))
    tests = [str(lofts[kind] / name / "tests") for kind, name in NAMES.items()]
    copies = " or ".join(NAMES.values())
    ours = ("PYTEST_", "HILO_", "DJANGO_")
    env = {key: value for key, value in os.environ.items() if not key.startswith(ours) or key == "HILO_TEST_TEMPLATE"}
    options = ["-c", "pyproject.toml", "-p", "lofts", "-p", "no:cacheprovider", "-n0", "-v", "-k", copies]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *CONTRACTS, *tests],
        cwd=ROOT,
        env=env | {"PYTHONPATH": f"{folder}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )


def copy_example(kind: str, loft: Path) -> Path:
    """What the recipe says: copy the folder, change its name in it; a channel gets a kind of identities of its own."""
    name = NAMES[kind]
    shutil.copytree(ROOT / kind.replace(".", "/") / "_example", loft / name)
    plugin = loft / name / "plugin.py"
    changed = plugin.read_text().replace('"example"', f'"{name}"').replace("Example", name.title())
    plugin.write_text(changed.replace('"email"', '"ring"') if kind == "omnichannel.channels" else changed)
    return loft


def test_everything_stays_green(run: "subprocess.CompletedProcess[str]") -> None:
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]


@pytest.mark.parametrize("kind", NAMES)
def test_a_copied_example_is_one_more(kind: str, run: "subprocess.CompletedProcess[str]") -> None:
    assert [test for test in EXPECTED[kind] if f"::{test} PASSED" not in run.stdout] == []

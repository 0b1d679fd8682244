"""The recipe, followed: a copied folder is a channel, with nothing outside it touched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Puts the copy beside the real channels for the time of one test run, without writing into the checkout.
LOFT = """
import omnichannel.channels
omnichannel.channels.__path__.append({loft!r})
"""


def test_a_copied_example_is_a_channel(tmp_path: Path) -> None:
    loft = tmp_path / "loft"
    shutil.copytree(ROOT / "omnichannel/channels/_example", loft / "pigeon")
    plugin = loft / "pigeon" / "plugin.py"
    plugin.write_text(plugin.read_text().replace('slug = "example"', 'slug = "pigeon"').replace("Example", "Pigeon"))
    (tmp_path / "pigeon_loft.py").write_text(LOFT.format(loft=str(loft)))

    ours = ("PYTEST_", "HILO_", "DJANGO_", "DATABASE_URL", "VALKEY_URL")
    env = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    paths = ["omnichannel/tests/test_channel_contract.py", str(loft / "pigeon/tests")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "pigeon_loft", "-p", "no:cacheprovider", "-n0", "-v", *paths],
        cwd=ROOT,
        env=env | {"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "test_it_parses_and_sends[pigeon] PASSED" in done.stdout
    assert "test_an_answer_is_handed_to_the_provider PASSED" in done.stdout

"""The web processes, forked from one that has loaded the house."""

import subprocess
import sys

from config.services.environment import REPOSITORY

DIES = """
import socket, uvicorn
from config import uvicorn_workers
class Dying(uvicorn_workers.Workers):
    def _serve(self):
        print("started", flush=True)
        raise ValueError("no house here")
Dying(uvicorn.Config("nothing"), socket.socket(), 2).run()
"""


def test_process_that_dies_as_soon_as_it_was_started_is_left_to_the_supervisor() -> None:
    """Replaced at once it would die again, a hundred times a second."""
    answer = subprocess.run(
        [sys.executable, "-c", DIES], cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=False
    )

    assert answer.returncode == 1
    assert answer.stdout.count("started") <= 2
    assert "ValueError: no house here" in answer.stderr

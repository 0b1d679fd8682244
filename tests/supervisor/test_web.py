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
REPLACED = """
import itertools, logging, os, socket, uvicorn
from config import uvicorn_workers
logging.basicConfig()
uvicorn_workers.YOUNG_SECONDS = 0.0
class Mortal(uvicorn_workers.Workers):
    generation = 0
    def _mourn(self):
        self.generation += 1
        super()._mourn()
        self.stopping = self.generation == 3
    def _serve(self):
        print("generation", self.generation, flush=True)
Mortal(uvicorn.Config("nothing"), socket.socket(), 1).run()
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=False
    )


def test_process_that_dies_as_soon_as_it_was_started_is_left_to_the_supervisor() -> None:
    """Replaced at once it would die again, a hundred times a second."""
    answer = run(DIES)

    assert answer.returncode == 1
    assert answer.stdout.count("started") <= 2
    assert "ValueError: no house here" in answer.stderr


def test_process_that_dies_after_a_while_is_told_and_replaced_by_the_same_parent() -> None:
    answer = run(REPLACED)

    assert (answer.returncode, answer.stdout.splitlines()) == (0, ["generation 0", "generation 1", "generation 2"])
    assert answer.stderr.count("a web process ended") == 3

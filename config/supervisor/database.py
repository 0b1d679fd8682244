"""Migrations and the demo company, in a process of their own before anything serves."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from config.services import processes
from config.services.environment import REPOSITORY
from config.services.errors import ServiceError
from config.supervisor.programs import MANAGE

STOP_SECONDS = 5.0
ERROR = re.compile(r"(?![A-Z]+:)[A-Za-z_][\w.]*: (.+)")  # and not PostgreSQL's DETAIL or HINT


def prepare(environment: dict[str, str], *, demo: bool, log: Path, interrupted: Callable[[], bool]) -> None:
    """`manage.py prepare` prints its own progress. Raises ServiceError with its last line when it fails."""
    command = [sys.executable, MANAGE, "prepare", "--traceback", *(["--demo"] if demo else [])]
    with log.open("wb") as errors:
        child = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
            preexec_fn=processes.die_with_parent(processes.TERMINATE),
        )
    processes.wait_until(lambda: child.poll() is not None or interrupted(), float("inf"))
    processes.stop(child, processes.TERMINATE, STOP_SECONDS)
    if child.returncode and not interrupted():
        raise ServiceError(f"The database could not be prepared: {_last_line(log)} The whole story is in {log}.")


def _last_line(log: Path) -> str:
    """Of a traceback that is the error, written `module.Class: message`, which may go on for some lines that point into
    a statement; people need the message."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()] or ["it gave no reason"]
    errors = [found[1] for line in lines if (found := ERROR.fullmatch(line))]
    return (errors or lines)[-1].rstrip(".") + "."

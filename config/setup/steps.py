"""A step is skipped while its stamp, a hash of what it was made from, matches."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
STAMPS = REPOSITORY / ".venv" / "stamps"
LINES_SHOWN = 40


class SetupError(Exception):
    """One sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class Step:
    """`commands` are evaluated when the step runs, as an earlier step may install what they name. One that needs no
    earlier step is `alone`: it may run beside them."""

    name: str
    sources: tuple[str, ...]  # glob patterns below the repository
    commands: Callable[[], list[list[str]]]
    advice: str
    results: tuple[str, ...] = ()  # paths that must exist for the stamp to count
    environment: Callable[[], Mapping[str, str] | None] = field(default=lambda: None)
    alone: bool = False

    @property
    def stamp(self) -> Path:
        return STAMPS / self.name.lower().replace(" ", "-")

    def digest(self) -> str:
        digest = hashlib.sha256(sys.version.encode())
        for path in files(self.sources):
            digest.update(str(path.relative_to(REPOSITORY)).encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()

    def is_done(self) -> bool:
        return (
            self.stamp.exists()
            and all((REPOSITORY / result).exists() for result in self.results)
            and self.stamp.read_text() == self.digest()
        )


def files(patterns: Iterable[str]) -> list[Path]:
    found = {path for pattern in patterns for path in REPOSITORY.glob(pattern) if path.is_file()}
    return sorted(path for path in found if "node_modules" not in path.relative_to(REPOSITORY).parts)


@dataclass(frozen=True)
class Outcome:
    """`said`: the output of the command that failed, None if none did."""

    seconds: float
    said: str | None


def run_all(steps: Sequence[Step]) -> None:
    """One after the other, and told of in this order. Raises SetupError after showing what the failed command said."""
    with ThreadPoolExecutor(1) as beside:
        begun = {step.name: beside.submit(_outcome, step) for step in steps[1:] if step.alone}
        for step in steps:
            print(f"{step.name} … ", end="", flush=True)
            outcome = begun[step.name].result() if step.name in begun else _outcome(step)
            if outcome.said is not None:
                print("failed", flush=True)
                print("\n".join(_telling(outcome.said)[-LINES_SHOWN:]), file=sys.stderr)
                raise SetupError(step.advice)
            print(f"{outcome.seconds:.1f} s", flush=True)


def _outcome(step: Step) -> Outcome:
    digest = step.digest()
    started = time.monotonic()
    for command in step.commands():
        answer = _execute(command, step.environment())
        if answer.returncode:
            return Outcome(time.monotonic() - started, answer.stdout)
    STAMPS.mkdir(parents=True, exist_ok=True)
    step.stamp.write_text(digest)
    return Outcome(time.monotonic() - started, None)


def _telling(output: str) -> list[str]:
    """Without pip's account of each attempt: it repeats one reason five times and hides the sentence below it."""
    return [line for line in output.splitlines() if not line.startswith("WARNING: Retrying (")]


def _execute(command: list[str], environment: Mapping[str, str] | None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=REPOSITORY,
            env=dict(environment) if environment else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 1, stdout=f"{command[0]}: {error.strerror}")

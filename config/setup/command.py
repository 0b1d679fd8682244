"""Bring the clone up to date, showing each step that had to run."""

import argparse
import fcntl
import os
import signal
import sys
from collections.abc import Mapping

from config.setup import node
from config.setup.steps import REPOSITORY, SetupError, Step, run_all

NETWORK = "check the network (and pip's or npm's registry settings), then try again."
INTERRUPTED = 128 + signal.SIGINT  # as shells count it


def packages(name: str) -> Step:
    return Step(
        name=f"Installing {name}",
        sources=("requirements.txt", name),
        commands=lambda: [[sys.executable, "-m", "config.setup.packages", name]],
        advice=f"The packages of {name} could not be installed: {NETWORK}",
    )


def npm(name: str, command: str, sources: tuple[str, ...], result: str, advice: str, *, alone: bool = False) -> Step:
    return Step(
        name=name,
        sources=sources,
        commands=lambda: [[*node.required().npm, *command.split()]],
        advice=advice,
        results=(result,),
        environment=lambda: node.required().environment(),
        alone=alone,
    )


def manage(name: str, command: str, sources: tuple[str, ...], results: tuple[str, ...] = ()) -> Step:
    return Step(
        name=name,
        sources=sources,
        commands=lambda: [[sys.executable, "manage.py", *command.split()]],
        advice=f"`manage.py {command}` failed: the lines above say why.",
        results=results,
        environment=_without_an_installation,
    )


def _without_an_installation() -> Mapping[str, str]:
    """Settings ask for keys; what is built here is the same for every installation and never uses them."""
    placeholder = {"HILO_SECRET_KEY": "only-while-building-" + "x" * 40, "HILO_FIELD_KEYS": f"build:{'A' * 43}="}
    return os.environ | placeholder


def front_end_packages() -> Step:
    """Mostly waiting for the registry: where Node is there already, beside the installation of our own packages."""
    return npm(
        "Getting the front end's packages",
        "ci",
        ("package.json", "package-lock.json", ".npmrc"),
        "node_modules/.package-lock.json",
        f"npm could not install the front end's packages: {NETWORK}",
        alone=node.find() is not None,
    )


def front_end() -> list[Step]:
    return [
        npm(
            "Building the front end",
            "run build",
            ("package-lock.json", "static/**/*"),
            "build/static",
            "The front end could not be built: the lines above say why.",
        ),
        manage("Compiling translations", "messages --compile", ("locale/**/*.po", "config/management/**/messages.py")),
        manage(
            "Collecting static files",
            "collectstatic --noinput --clear",
            ("package-lock.json", "requirements.txt", "static/**/*"),
            results=("build/collected/staticfiles.json",),
        ),
    ]


def steps(arguments: argparse.Namespace) -> list[Step]:
    wanted = [packages("requirements-dev.txt" if arguments.dev else "requirements.txt")]
    if node.find() is None:
        wanted.append(packages("requirements-node.txt"))
    wanted.append(front_end_packages())
    return wanted if arguments.packages_only else [*wanted, *front_end()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="config.setup", description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--packages-only", action="store_true", help="do not build the front end")
    arguments = parser.parse_args()
    try:
        # Two starts from one clone take turns; the lock goes with its holder.
        with (REPOSITORY / ".venv" / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            run_all([step for step in steps(arguments) if not step.is_done()])
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. What is done stays: the next start goes on from there.", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        place = error.filename or REPOSITORY
        print(f"Cannot write to {place} ({error.strerror}): free space or change its owner.", file=sys.stderr)
        return 1
    return 0

"""`python -m config.setup [--dev] [--packages-only]`: bring the clone up to date, showing each step that had to run."""

import argparse
import fcntl
import os
import signal
import sys
from collections.abc import Mapping

from config.setup import node
from config.setup.steps import REPOSITORY, SetupError, Step, run

NETWORK = "check the network (and pip's or npm's registry settings), then try again."
INTERRUPTED = 128 + signal.SIGINT  # as shells count it


def packages(name: str) -> Step:
    return Step(
        name=f"Installing {name}",
        sources=("requirements.txt", name),
        commands=lambda: [[sys.executable, "-m", "config.setup.packages", name]],
        advice=f"The packages of {name} could not be installed: {NETWORK}",
    )


def npm(name: str, *commands: str, sources: tuple[str, ...], results: tuple[str, ...], advice: str) -> Step:
    return Step(
        name=name,
        sources=sources,
        commands=lambda: [[*node.required().npm, *command.split()] for command in commands],
        advice=advice,
        results=results,
        environment=lambda: node.required().environment(),
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


def front_end() -> list[Step]:
    return [
        npm(
            "Getting the front end's packages",
            "ci",
            sources=("package.json", "package-lock.json", ".npmrc"),
            results=("node_modules/.package-lock.json",),
            advice=f"npm could not install the front end's packages: {NETWORK}",
        ),
        npm(
            "Building the front end",
            "run build",
            sources=("package-lock.json", "static/**/*"),
            results=("build/static",),
            advice="The front end could not be built: the lines above say why.",
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
    if arguments.packages_only:
        return wanted
    if node.find() is None:
        wanted.append(packages("requirements-node.txt"))
    return [*wanted, *front_end()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="config.setup", description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--packages-only", action="store_true", help="leave the front end out")
    arguments = parser.parse_args()
    try:
        # Two starts from one clone take turns; the lock goes with its holder.
        with (REPOSITORY / ".venv" / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for step in steps(arguments):
                if not step.is_done():
                    run(step)
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


if __name__ == "__main__":
    sys.exit(main())

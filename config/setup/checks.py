"""`bin/check [NAME …]`: the list of checks, run one after the other, with the output of those that fail."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from config.services import ServiceError, Services
from config.setup.steps import REPOSITORY

MANAGE = [sys.executable, "manage.py"]
TEMPLATES = ["templates"]
# What a careful operator sets: `check --deploy` has nothing to add to it.
PRODUCTION = {
    "HILO_BASE_URL": "https://hilo.example.com",
    "HILO_ALLOWED_HOSTS": "hilo.example.com",
    "HILO_SECRET_KEY": "5f3uJq8-only-for-this-check-W2d9kZx7Lr0TnVbYc4EaHgMs6PiQo1",
    "HILO_FIELD_KEYS": f"check:{'A' * 43}=",
    "HILO_TRUSTED_PROXIES": "1",
}


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, services: dict[str, str]) -> bool:
        started = time.monotonic()
        answer = subprocess.run(
            self.command,
            cwd=REPOSITORY,
            env=os.environ | services | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        verdict = "ok" if answer.returncode == 0 else "FAILED"
        print(f"{self.name:<22} {verdict:<7} {time.monotonic() - started:5.1f} s", flush=True)
        if answer.returncode:
            print(answer.stdout, flush=True)
        return answer.returncode == 0


CHECKS = [
    Check("ruff", ["ruff", "check", "."]),
    Check("format", ["ruff", "format", "--check", "."]),
    Check("types", ["mypy"], PRODUCTION),
    Check("imports", ["lint-imports"]),
    Check("templates", ["djlint", "--quiet", "--lint", *TEMPLATES]),
    Check("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], PRODUCTION),
    Check("deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    Check("translations", [*MANAGE, "messages", "--check"], PRODUCTION),
    Check("architecture", [sys.executable, "-m", "pytest", "-q", "tests/architecture"]),
]


def main(names: list[str]) -> int:
    known = [check.name for check in CHECKS]
    if unknown := sorted(set(names) - set(known)):
        print(f"There is no check {', '.join(unknown)}: choose from {', '.join(known)}.", file=sys.stderr)
        return 1
    wanted = [check for check in CHECKS if not names or check.name in names]
    try:
        # Django's consistency checks of migrations and extensions ask a real database.
        with tempfile.TemporaryDirectory(prefix="hilo-check-") as folder:
            Path(folder).chmod(0o711)
            with Services(Path(folder), fast=True) as services:
                urls = {"DATABASE_URL": services.database_url, "VALKEY_URL": services.valkey_url, "HILO_DATA": folder}
                failed = [check.name for check in wanted if not check.run(_without_urls(check, urls))]
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def _without_urls(check: Check, urls: dict[str, str]) -> dict[str, str]:
    """The test suite brings servers of its own."""
    return {} if check.name == "architecture" else urls


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

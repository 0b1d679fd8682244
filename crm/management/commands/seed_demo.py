"""`manage.py seed_demo [--force]`: Casa Lumbre moves into an empty house."""

import json
import secrets
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from crm.demo import Demo, nobody_lives_here, orders, parts, password, people, work

OWN_STEPS = (people.colleagues, people.customers, orders.orders, work.notes_and_tasks, work.feelings)


class Command(BaseCommand):
    help = "Fill an installation without users and contacts with the demo company; do nothing to any other."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="also where there are contacts already")

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DEMO_PASSWORD = settings.DEMO_PASSWORD or kept_password()
        if options["force"] or nobody_lives_here():
            discover()
            self.seed()
            password.keep()
        else:
            self.tell("People live here already; the demo company stays out.")
        self.stdout.write(json.dumps({"password": settings.DEMO_PASSWORD}))

    @transaction.atomic
    def seed(self) -> None:
        """All or nothing, so that a first start that was broken off begins again from an empty house."""
        demo = Demo(now=timezone.now())
        for step in OWN_STEPS:
            self.timed(f"crm: {step.__name__.replace('_', ' ')}", lambda step=step: step(demo))  # type: ignore[misc]
        for part in parts():
            self.timed(part.name, lambda part=part: part.seed(demo.random, demo.customers))  # type: ignore[misc]

    def timed(self, name: str, work: Callable[[], None]) -> None:
        started = time.monotonic()
        work()
        self.tell(f"{name} … {time.monotonic() - started:.1f} s")

    def tell(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


def discover() -> None:
    """Import every app's `demo` module; importing registers."""
    for config in apps.get_app_configs():
        if config.name != "crm" and find_spec(f"{config.name}.demo") is not None:
            import_module(f"{config.name}.demo")


def kept_password() -> str:
    """Made once and kept beside the data, readable by its owner alone."""
    file = settings.DATA_DIR / "demo-password"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(9))
    return str(file.read_text().strip())

"""`manage.py prepare [--demo]`: what `bin/up` does to the database before anything serves. Safe at each start.

Migrations, the demo company, and consumers that begin here: none has to wait for a worker to have its place.
"""

import time
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.supervisor import prepared
from crm.demo import nobody_lives_here, password
from crm.ledger import consume


class Command(BaseCommand):
    help = "Migrate the database and, with --demo, fill an empty one with the demo company."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._step("Migrating the database", lambda: call_command("migrate", verbosity=0, interactive=False))
        if options["demo"]:
            self._demo()
        consume.ensure_cursors()
        prepared.remember(executor.loader.graph.nodes)

    def _demo(self) -> None:
        if nobody_lives_here():
            self._step("Filling in the demo company", _fill)
        elif password.is_another():
            self._step("Giving the demo logins their new password", password.change)

    def _step(self, name: str, work: Callable[[], object]) -> None:
        started = time.monotonic()
        work()
        self.stdout.write(f"{name} … {time.monotonic() - started:.1f} s")
        self.stdout.flush()


def _fill() -> None:
    """What seed_demo prints is for scripts; `bin/up` tells the password where people look for it, after Ready."""
    call_command("seed_demo", verbosity=0, stdout=StringIO())
    consume.pass_over()  # nobody sends surveys about last year

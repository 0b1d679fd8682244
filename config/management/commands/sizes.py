"""`manage.py sizes [--json]`: sizes of functions and files, tests to code, annotations."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.reference import sizes


class Command(BaseCommand):
    help = "Print how large functions and files are, and how much is tested and annotated."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        measured = sizes.measure().as_dict()
        if options["json"]:
            self.stdout.write(json.dumps(measured))
            return
        for name, value in measured.items():
            self.stdout.write(f"{name.replace('_', ' '):<18}{value:>10,}")

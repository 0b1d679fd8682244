"""`manage.py restore DIR [--over]`: what `backup` copied, back in its place."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backups


class Command(BaseCommand):
    help = "Put a backup back: database, files and keys. The product must not be running."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that `backup` made")
        parser.add_argument("--over", action="store_true", help="also over a database in which somebody has worked")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backups.restore(options["folder"].absolute(), over=options["over"])
        except (backups.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Restored. Start the product: it brings the database up to date by itself.")

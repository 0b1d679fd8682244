"""`manage.py backup DIR`: a restorable copy, taken while the product runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backups


class Command(BaseCommand):
    help = "Copy the database, the files and the keys of this installation into a new folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that does not exist yet, or is empty")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            folder = backups.backup(options["folder"].absolute())
        except (backups.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Backed up to {folder}. It holds the keys to everything: keep it as you keep the database.")

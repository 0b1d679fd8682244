"""`manage.py reference --write | --check`: docs/reference/ from the code, or exit 1 where the two differ."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from config.reference import pages, settings


class Command(BaseCommand):
    help = "Write the reference pages from the code, or check that they are up to date."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--write", action="store_true", help="write docs/reference/")
        what.add_argument("--check", action="store_true", help="exit 1 if a page is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            written = pages.pages()
        if options["write"]:
            self.write(written)
        elif found := self.differing(written):
            raise CommandError("\n".join(found))

    def write(self, written: dict[str, str]) -> None:
        pages.folder().mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (pages.folder() / name).write_text(text)

    def differing(self, written: dict[str, str]) -> list[str]:
        found = [f"{name} is read by the code and explained nowhere." for name in settings.unexplained()]
        found += [f"{name} is explained, but nothing reads it any more." for name in settings.forgotten()]
        for name, text in written.items():
            path = pages.folder() / name
            if not path.exists() or path.read_text() != text:
                found.append(f"docs/reference/{name} is out of date: bin/manage reference --write.")
        return found

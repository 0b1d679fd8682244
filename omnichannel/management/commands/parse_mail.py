"""`bin/manage parse_mail FILE…`: one JSON object per line for each raw mail; what is wrong is said, never raised."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext_lazy as _

from kernel import sandbox
from omnichannel.channels.email.empty import EMPTY
from omnichannel.channels.email.read import UnreadableMail, read_mail


class Command(BaseCommand):
    help = str(_("Parse raw mails as the inbox does and print one JSON object per line."))
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in options["files"]:
            self.stdout.write(json.dumps(parse_file(name)))
        sandbox.close()


def parse_file(name: str) -> dict[str, Any]:
    """Every field of the contract is there whether or not the mail could be read. `seconds` is wall time."""
    started = time.perf_counter()
    try:
        parsed: dict[str, Any] = dict(read_mail(Path(name).read_bytes()))
        ok, error = True, ""
    except OSError as problem:
        parsed, ok, error = dict(EMPTY), False, f"{problem.strerror or problem}."
    except UnreadableMail as problem:
        parsed, ok, error = dict(EMPTY), False, str(problem)
    seconds = round(time.perf_counter() - started, 4)
    return {"file": name, "ok": ok, "error": error, **parsed, "seconds": seconds}

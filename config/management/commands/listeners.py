"""`manage.py listeners`: beat, inbound SMTP and IMAP, forked from one process that has loaded Django once.

They share its memory until they write to it: a third of what three separate processes hold (docs/adr). They also end
together; whoever supervises this command starts all three again, which each of them is made for.
"""

import os
import signal
from functools import partial
from types import FrameType
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from config.services.processes import TERMINATE, fork, settle


class Command(BaseCommand):
    help = "Run beat, smtp_listener and imap_listener until one of them ends or a signal ends all."
    requires_system_checks = ()
    stopping = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2525)

    def handle(self, *args: Any, **options: Any) -> None:
        connections.close_all()  # the parent's would be shared by every child
        settle()
        self.children = [
            fork(partial(call_command, "smtp_listener", host=options["host"], port=options["port"])),
            fork(partial(call_command, "imap_listener")),
            fork(partial(call_command, "beat")),
        ]
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._wait()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
        for child in self.children:
            os.kill(child, TERMINATE)

    def _wait(self) -> None:
        """Raises SystemExit with 1 when a child ended by itself; its session's leader takes the others along."""
        ended, status = os.wait()
        if not self.stopping:
            raise SystemExit(f"A listener (process {ended}) ended with {os.waitstatus_to_exitcode(status)}.")
        for child in set(self.children) - {ended}:
            os.waitpid(child, 0)

"""`bin/manage smtp_listener`: the built-in SMTP server for incoming mail."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnichannel.doors.smtp import make_door, report


class Command(BaseCommand):
    help = str(gettext_lazy("Take in mail over SMTP for the addresses of the active e-mail channels."))
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2525)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(serve(options["host"], options["port"]))
        except OSError as error:
            raise CommandError(
                _("SMTP cannot listen on %(host)s:%(port)s (%(error)s). Choose another port with --smtp-port.")
                % {"host": options["host"], "port": options["port"], "error": error.strerror or error}
            ) from error


async def serve(host: str, port: int) -> None:
    """Until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    server = await loop.create_server(make_door, host, port)
    reporting = asyncio.create_task(report())
    async with server:
        await stop.wait()
    reporting.cancel()

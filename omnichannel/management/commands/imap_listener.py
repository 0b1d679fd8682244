"""`bin/manage imap_listener`: reads the mailboxes of all e-mail channels that have an IMAP server."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext_lazy

from omnichannel.doors.watch import Watch


class Command(BaseCommand):
    help = str(gettext_lazy("Read the mailboxes of the active e-mail channels by IMAP."))
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        watch = Watch()

        def stop(signum: int, frame: FrameType | None) -> None:
            watch.stopping.set()

        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, stop)
        watch.run()

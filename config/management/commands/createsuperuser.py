"""`bin/manage createsuperuser`: Django's own, which would advise a command that knows nothing of the data directory."""

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError

from config import trouble


class Command(createsuperuser.Command):
    help = "Make an admin's account: the first one of a house without the demo company."

    def check_migrations(self) -> None:
        """Before anything is asked of whoever sits there."""
        if sentence := trouble.unprepared():
            raise CommandError(sentence)

"""`manage.py install_shipped --company NAME`: the journey that comes with the product, paused until somebody looked."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from journeys.actions import shipped


class Command(BaseCommand):
    help = "Install the journey “Welcome and ask” and its survey, paused. Does nothing if it is there already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", required=True, help="the name that customers read")
        parser.add_argument("--live", action="store_true", help="let people enter at once")

    def handle(self, *args: Any, **options: Any) -> None:
        journey = shipped.welcome_and_ask(company=options["company"], live=options["live"])
        self.stdout.write(f"{journey.name}: {journey.get_status_display()}")

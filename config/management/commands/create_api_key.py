"""`manage.py create_api_key --name N --scopes all [--json]`: a new key, shown this once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.models import ApiKey
from crm.models.api_key import SCOPES


class Command(BaseCommand):
    help = "Make a key for the API. The secret is printed once and cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--scopes", required=True, help=f"one or more of {', '.join(SCOPES)}, separated by commas")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = [scope for scope in options["scopes"].replace(",", " ").split() if scope]
        strange = sorted(set(scopes) - set(SCOPES))
        if strange or not scopes:
            raise CommandError(f"Scopes are {', '.join(SCOPES)}; not {', '.join(strange) or 'none at all'}.")
        if not options["name"].strip():
            raise CommandError("A key needs a name that says what it is for.")
        key, secret = ApiKey.objects.issue(name=options["name"].strip()[:120], scopes=scopes)
        if options["json"]:
            answer = {"id": key.pk, "name": key.name, "scopes": key.scopes, "key": secret}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write(f"{secret}\nKeep it now: it cannot be shown again.")

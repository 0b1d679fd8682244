"""`manage.py consistency`: recount what is kept beside the rows that it comes from; one JSON line for each recount."""

import json
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.management.base import BaseCommand

from kernel.consistency import recounts

APPS = ("crm", "onsite", "omnichannel", "feedback", "journeys")


class Command(BaseCommand):
    help = "Recount and print each drift. Exit 1 if there is any."

    def handle(self, *args: Any, **options: Any) -> None:
        for app in APPS:
            if find_spec(f"{app}.consistency"):
                import_module(f"{app}.consistency")
        drifted = False
        for name, recount in recounts():
            drifts = list(recount())
            drifted = drifted or bool(drifts)
            self.stdout.write(json.dumps({"recount": name, "ok": not drifts, "drifts": drifts}, ensure_ascii=False))
        if drifted:
            sys.exit(1)

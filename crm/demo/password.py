"""The password of the demo logins: the one that is told opens.

It is kept among the keys of the data directory, where `bin/up` reads what it tells. Only what made these may make the
file, so a plain manage.py without one keeps nothing there.
"""

import json
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.contrib.auth.hashers import make_password

from crm.demo.people import COLLEAGUES
from crm.models import User

NAME = "HILO_DEMO_PASSWORD"


def is_another() -> bool:
    """Has another one been chosen than the logins were given? Without hashing, which takes half a second."""
    kept = _keys().get(NAME)
    return bool(kept and settings.DEMO_PASSWORD) and kept != settings.DEMO_PASSWORD


def change() -> None:
    """Of those colleagues of the demo company who are still here. Kept last: what breaks off before begins again."""
    addresses = [f"{name}@hilo.example" for name, *_ in COLLEAGUES]
    User.objects.filter(email__in=addresses).update(password=make_password(settings.DEMO_PASSWORD))
    keep()


def keep() -> None:
    keys = _keys()
    if not keys or keys.get(NAME) == settings.DEMO_PASSWORD:
        return
    with NamedTemporaryFile("w", dir=_file().parent, prefix="secrets.json.", delete=False) as draft:
        json.dump(keys | {NAME: settings.DEMO_PASSWORD}, draft, indent=2)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(_file())


def _keys() -> dict[str, str]:
    return dict(json.loads(_file().read_text())) if _file().exists() else {}


def _file() -> Path:
    return Path(settings.DATA_DIR) / "secrets.json"

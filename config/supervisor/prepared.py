"""Is there anything to do to the database before a start? Asked without loading Django, which takes longer than the
question.

Rows decide: the migrations that the database says it has had, against those that this code has. The latter are what
`manage.py prepare` found when it last loaded them, written down for exactly these files.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from config.services.environment import REPOSITORY
from config.services.postgres import DATABASE, Postgres
from config.services.server import Server

KNOWN = REPOSITORY / "build" / "migrations"
# What decides which migrations there are: the packages, the applications, our own files.
SOURCES = ("requirements.txt", "config/settings.py", "*/migrations/*.py")
APPLIED = "SELECT app || '.' || name FROM django_migrations"
STAFFED = "SELECT EXISTS (SELECT FROM crm_user)"
LIVED_IN = "SELECT EXISTS (SELECT FROM crm_user) OR EXISTS (SELECT FROM crm_contact)"


def remember(migrations: Iterable[tuple[str, str]]) -> None:
    """(application, name) of every migration that this code has. Where it cannot be kept, each start asks Django."""
    with suppress(OSError):
        KNOWN.mkdir(parents=True, exist_ok=True)
        place = _place()
        for old in KNOWN.glob("*.json"):
            if old != place:
                old.unlink()
        draft = place.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(sorted(f"{app}.{name}" for app, name in migrations)))
        draft.rename(place)


def needs_nothing(servers: list[Server], *, demo: bool) -> bool:
    """False also when it cannot be said so simply: servers of somebody else's, a database without tables."""
    postgres = next((server for server in servers if isinstance(server, Postgres)), None)
    try:
        known = set(json.loads(_place().read_text()))
    except (OSError, ValueError):
        return False
    if postgres is None or not known <= set(postgres.ask(DATABASE, APPLIED)):
        return False
    return not demo or postgres.ask(DATABASE, LIVED_IN) == ["t"]


def has_nobody(servers: list[Server]) -> bool:
    """No colleague who could sign in. False where it cannot be asked: servers of somebody else's."""
    postgres = next((server for server in servers if isinstance(server, Postgres)), None)
    return postgres is not None and postgres.ask(DATABASE, STAFFED) == ["f"]


def _place() -> Path:
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(REPOSITORY.glob(pattern)):
            digest.update(str(path.relative_to(REPOSITORY)).encode() + b"\0" + path.read_bytes())
    return KNOWN / f"{digest.hexdigest()[:16]}.json"

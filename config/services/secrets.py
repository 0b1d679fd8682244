"""Keys of an installation: made once, kept in `secrets.json`, readable by its owner alone."""

import base64
import contextlib
import json
import os
import secrets
from pathlib import Path

from config.services.errors import ServiceError

OWNER_ONLY = 0o600


def load(path: Path) -> dict[str, str]:
    """Environment variables by name. Raises ServiceError for a file that is not ours to read or is damaged."""
    if not path.exists():
        _create(path)
    try:
        found = json.loads(path.read_text())
        if not isinstance(found, dict):
            raise ValueError("it holds no names")
    except (OSError, ValueError) as error:
        raise ServiceError(f"Cannot read the keys in {path}: restore that file from a backup ({error}).") from error
    return {str(name): str(value) for name, value in found.items()}


def has_new_demo_password(path: Path) -> bool:
    """One that was chosen since the demo logins were given theirs, which is kept here (crm/demo/password.py)."""
    chosen = os.environ.get("HILO_DEMO_PASSWORD")
    return bool(chosen) and load(path).get("HILO_DEMO_PASSWORD") != chosen


def _create(path: Path) -> None:
    """Written aside and linked into place: two first starts agree on one set, a crash leaves no half file."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "w") as file:
        json.dump(_generate(), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def _generate() -> dict[str, str]:
    field_key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "HILO_SECRET_KEY": secrets.token_urlsafe(48),
        "HILO_FIELD_KEYS": f"k1:{field_key}",
        "HILO_DEMO_PASSWORD": secrets.token_urlsafe(9),
    }

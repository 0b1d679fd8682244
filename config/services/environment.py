"""The environment that Django's settings read, for every process of an installation."""

import os
from pathlib import Path

from config.services import secrets
from config.services.layout import DataDirectory

REPOSITORY = Path(__file__).resolve().parents[2]


def build(directory: DataDirectory, *, database_url: str, valkey_url: str, role: str) -> dict[str, str]:
    """What the caller's environment sets wins over generated secrets; what is set to nothing is not set."""
    generated = secrets.load(directory.secrets)
    given = {name: value for name, value in os.environ.items() if value or name not in generated}
    return {
        **generated,
        **given,
        "DATABASE_URL": database_url,
        "VALKEY_URL": valkey_url,
        "HILO_DATA": str(directory.root),
        "HILO_ROLE": role,
        "PYTHONUNBUFFERED": "1",
    }

"""The environment that Django's settings read, for every process of an installation."""

import os
from pathlib import Path

from config.services import secrets
from config.services.layout import DataDirectory

REPOSITORY = Path(__file__).resolve().parents[2]


def build(directory: DataDirectory, *, database_url: str, valkey_url: str, role: str) -> dict[str, str]:
    """What the caller's environment sets wins over generated secrets."""
    generated = secrets.load(directory.secrets)
    return {
        **generated,
        **os.environ,
        "DATABASE_URL": database_url,
        "VALKEY_URL": valkey_url,
        "HILO_DATA": str(directory.root),
        "HILO_ROLE": role,
        "PYTHONUNBUFFERED": "1",
    }

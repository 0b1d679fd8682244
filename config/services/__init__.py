"""Embedded PostgreSQL and Valkey in a data directory. Standard library only, no Django.

    with Services(Path("/var/lib/hilo")) as services:
        services.database_url, services.valkey_url

`DATABASE_URL` and `VALKEY_URL` in the environment replace the embedded server of their kind.
"""

from config.services.embedded import Services
from config.services.errors import ServiceError
from config.services.layout import DataDirectory, default_data_dir, prepare

__all__ = ["DataDirectory", "ServiceError", "Services", "default_data_dir", "prepare"]

"""What ends a command though its code is right (no room, no database, nothing prepared): one sentence, as `bin/up` has
it. Whatever else goes wrong keeps its traceback, and `--traceback` shows those of the others too."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from config.services import room
from config.services.account import service_account
from config.services.errors import ServiceError
from config.services.layout import DataDirectory, addressed
from config.supervisor import reachable

Expected = DatabaseError | psycopg.Error | OSError


@contextmanager
def told() -> Iterator[None]:
    """Around a command: ends the process with the sentence on standard error and code 1."""
    try:
        yield
    except (DatabaseError, psycopg.Error, OSError) as error:
        sentence = explain(error)
        if not sentence:
            raise
        if "--traceback" in sys.argv:
            raise ServiceError(sentence) from error
        sys.exit(sentence)


def explain(error: Expected) -> str:
    """Empty for what the code has to answer for."""
    if isinstance(error, OSError):
        return room.told(error, _data()) or ""
    cause = _of_the_driver(error)
    tell = BY_CODE.get(_code(cause)) if cause else None
    return tell(cause) if cause and tell else ""


def _of_the_driver(error: BaseException | None) -> psycopg.Error | None:
    """Django wraps the driver's error, and its migrations wrap Django's."""
    while error is not None and not isinstance(error, psycopg.Error):
        error = error.__cause__ or error.__context__
    return error


def _no_room(error: psycopg.Error) -> str:
    return room.full(_data()) if _is_embedded() else "The disk of the database's server is full: free some space there."


def _may_not_create(error: psycopg.Error) -> str:
    """A table of somebody else's is a matter of grants, which the driver's own words tell best."""
    reason = str(error).partition("\n")[0]
    if "schema" not in reason:
        return ""
    return f"The role {_database('USER')} may not make tables in the database {_database('NAME')} ({reason}): {OWNER}"


OWNER = "make the role the owner of the database (ALTER DATABASE … OWNER TO …)."


def _not_prepared(error: psycopg.Error) -> str:
    """A table or column that is missing though all migrations were applied is a fault of the code."""
    connection.close()
    return unprepared()


def unprepared() -> str:
    """Empty where no migration is missing, and where the database does not say."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return ""
    return _first_prepare() if missing else ""


def _first_prepare() -> str:
    """Names the folder: whoever started elsewhere with `--data` looks at an empty house of the usual place."""
    place = f"in {_data()}" if _is_embedded() else _database("NAME")
    up, prepare = (addressed(command, _data()) for command in ("bin/up", "bin/manage prepare"))
    elsewhere = " For another data directory put HILO_DATA=DIR before the command." if up == "bin/up" else ""
    return f"The database {place} has not been made ready for this version: run {up}, or {prepare}.{elsewhere}"


def _out_of_reach(error: psycopg.Error) -> str:
    if not _is_embedded():
        return reachable.database(settings.DATABASE_URL) or "The database broke off the connection: run it once more."
    if room.is_short(_data()):
        return room.full(_data())
    reason = str(error).partition("\n")[0].rstrip(".")
    return f"PostgreSQL in {_data()} does not answer ({reason}): run it once more, or look into its logs there."


def _is_embedded() -> bool:
    return _database("HOST") == str(DataDirectory(_data(), service_account()).sockets)


def _database(part: str) -> str:
    return str(settings.DATABASES["default"][part])


def _data() -> Path:
    return Path(settings.DATA_DIR)


def _code(error: psycopg.Error) -> str:
    """The server's (SQLSTATE), or that of a lost connection for what never came from one."""
    return error.sqlstate or (LOST if isinstance(error, psycopg.OperationalError) else "")


LOST = "08006"
GONE = (LOST, "08000", "08001", "08003", "08004", "53300", "57P01", "57P02", "57P03")
BY_CODE: dict[str, Callable[[psycopg.Error], str]] = {
    "53100": _no_room,
    "42501": _may_not_create,
    "42P01": _not_prepared,
    "42703": _not_prepared,
    **dict.fromkeys(GONE, _out_of_reach),
}

"""After a test with real transactions the rows that it left are deleted; what the migrations wrote stays.

Django truncates all tables and makes content types and permissions anew: half a second for each such test, of which
there are hundreds. Truncating only the filled ones takes a tenth of a second, as it makes new files for every table
that refers to one of them and for their indexes; deleting takes a tenth of that.
"""

import time

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

LARGE = 1_000_000  # bytes; deleted rows stay in a table's file, and whoever looks at it walks over them
# Without looking into the tables: a file that is not empty had rows once.
USED = """
    SELECT c.relname, pg_relation_size(c.oid),
        EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal)
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
"""
_kept: set[str] = set()


def keep_what_is_there() -> None:
    """Called once, in the newly made database."""
    with connection.cursor() as cursor:
        for name, *_ in _used(cursor):
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{name}")')
            if cursor.fetchone() == (True,):
                _kept.add(name)
    TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]


def empty(_test: object) -> None:
    """A request of a page that was just left may write once more, by a row that is being deleted: then again."""
    for patience in (0.1, 0.3, 1.0):
        try:
            return _empty()
        except IntegrityError:
            time.sleep(patience)
    return _empty()


def _empty() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        tables = _used(cursor)
        names = [f'"{name}"' for name, *_ in tables]
        if any(size > LARGE for _, size, _ in tables):
            cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        elif tables:
            # Some tables refuse, by a trigger, to forget.
            guarded = [f'"{name}"' for name, _, has_trigger in tables if has_trigger]
            cursor.execute("; ".join(_deletions(names, guarded)))


def _used(cursor: CursorWrapper) -> list[tuple[str, int, bool]]:
    """(table, bytes, has triggers of ours)."""
    cursor.execute(USED)
    return [row for row in cursor.fetchall() if row[0] not in _kept]


def _deletions(names: list[str], guarded: list[str]) -> list[str]:
    """In any order: foreign keys are looked at in the end."""
    return [
        *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in guarded),
        *(f"DELETE FROM {name}" for name in names),
        "SET CONSTRAINTS ALL IMMEDIATE",
        *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in guarded),
    ]

"""After a test with real transactions only the tables that it filled are emptied.

Django empties all of them and makes content types and permissions anew: half a second for each such test, of which
there are hundreds. What the migrations wrote stays.
"""

from django.db import connection
from django.test import TransactionTestCase

_kept: set[str] = set()


def keep_what_is_there() -> None:
    """Called once, in the newly made database."""
    _kept.update(filled())
    TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]


def filled() -> list[str]:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in tables))
        return [name for (name,) in cursor.fetchall()]


def empty(_test: object) -> None:
    tables = [f'"{table}"' for table in filled() if table not in _kept]
    if tables:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")

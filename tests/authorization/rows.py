"""Did a request change a row? Counting writes is quick; only tables that were written to are compared row by row."""

from django.db import connection

# Written by signing in and by being seen, whatever is asked for.
NOT_COUNTED = {"django_session", "usersessions_usersession", "account_emailaddress"}


class Rows:
    """All rows as they are now, in a transaction that everything else happens in."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            tables = set(connection.introspection.table_names(cursor))
        self.first = checksums(tables - NOT_COUNTED)

    def changed_since(self, before: dict[str, int]) -> set[str]:
        """Tables that are not what they were at first, of those written to since `before`, an answer of `writes`."""
        written = {table for table, count in writes().items() if count != before.get(table)}
        return self.changed(written & set(self.first))

    def changed(self, tables: set[str] | None = None) -> set[str]:
        now = checksums(set(self.first) if tables is None else tables)
        return {table for table, value in now.items() if value != self.first[table]}


def writes() -> dict[str, int]:
    """How often each table was written to in this transaction, undone or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


def checksums(tables: set[str]) -> dict[str, str]:
    if not tables:
        return {}
    row = "md5((to_jsonb(x) - 'last_used_at')::text)"  # that a key was used is noted, whatever came of it
    parts = [f"SELECT '{t}', md5(string_agg({row}, '' ORDER BY {row})) FROM \"{t}\" x" for t in sorted(tables)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())

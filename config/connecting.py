"""The product's database for whoever does not go through Django: same server, same account, same security."""

from typing import Any

from django.db import connection
from psycopg import pq


def parameters(*, options: str = "", **own: Any) -> dict[str, Any]:
    """For `psycopg.connect`: what DATABASE_URL says, and what this connection alone needs beside it.

    Read from Django's connection, which belongs to the thread that asks. What is no text there is Django's own.
    """
    known = {
        name: str(value)
        for name, value in connection.get_connection_params().items()
        if isinstance(value, str | int) and value != ""
    }
    both = f"{known.pop('options', '')} {options}".strip()
    return known | ({"options": both} if both else {}) | own


def environment(known: dict[str, Any]) -> dict[str, str]:
    """The same as libpq's variables: a password on a command line could be read by everybody on the machine."""
    variables = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
    return {variable.decode(): str(known[name]) for name, variable in variables.items() if variable and name in known}

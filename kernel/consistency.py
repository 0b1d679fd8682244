"""Recounts of what is kept beside the rows that it comes from. Each yields a sentence for each drift it finds.

@recount("conversation status")
def statuses() -> Iterator[str]: ...
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

Recount = Callable[[], Iterable[str]]
_recounts: dict[str, Recount] = {}
SHOWN = 100  # drifts of one kind that are named one by one


def recount(name: str) -> Callable[[Recount], Recount]:
    def register(function: Recount) -> Recount:
        _recounts[name] = function
        return function

    return register


def recounts() -> list[tuple[str, Recount]]:
    return sorted(_recounts.items())


def rows(sql: str, sentence: str, params: list[Any] | None = None) -> Iterator[str]:
    """A sentence for each row of a query that selects only what is wrong, at most SHOWN of them."""
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {SHOWN}", params)
        names = [column.name for column in cursor.description or ()]
        for row in cursor.fetchall():
            yield sentence.format(**dict(zip(names, row, strict=True)))

"""Running the same thing at the same moment on several database connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def in_threads(count: int, work: Callable[[], T]) -> list[T]:
    """`count` results of `work`, all begun together. An exception in any of them is raised here."""
    start = Barrier(count)

    def run(_: int) -> T:
        start.wait()
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))

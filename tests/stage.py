"""What several tests of a module look at and none of them may keep: built once, each test's doing undone."""

from collections.abc import Generator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def undone(blocker: DjangoDbBlocker) -> Generator[None]:
    """For a module's fixture: what is built inside is in a transaction that is never committed.

    Its tests must not ask for `db`, whose end would close the connection; each takes `undone_again()` instead.
    """
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def undone_again() -> Generator[None]:
    """For a test's fixture: a savepoint in the module's transaction."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

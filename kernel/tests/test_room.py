"""What somebody is told who wanted something kept: is the database away, or the disk full?"""

import psycopg
import pytest
from django.db import OperationalError

from kernel import room


def failed(cause: Exception) -> OperationalError:
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


def test_a_lost_database_is_away() -> None:
    assert room.why(failed(psycopg.OperationalError("server closed the connection"))) == room.AWAY


def test_the_databases_own_word_counts_wherever_its_disk_is() -> None:
    assert room.why(failed(psycopg.errors.DiskFull("could not extend file"))) == room.FULL


def test_a_database_that_is_gone_from_a_full_disk_is_no_riddle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FULL_BYTES", 1 << 62)
    assert room.why(failed(psycopg.OperationalError("server closed the connection"))) == room.FULL

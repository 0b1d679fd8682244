"""How many events a key may send in ten seconds."""

import time

import pytest
from django.core.cache import cache

from crm.ingest import limits
from crm.ingest.refused import Refused

KEY = 4_700_001  # of no other test


@pytest.fixture(autouse=True)
def one_long_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long enough that no test meets its end."""
    monkeypatch.setattr(limits, "WINDOW", 10**9)
    monkeypatch.setattr(limits, "EVENTS_PER_WINDOW", 10)
    cache.clear()


def refused(key: int, events: int) -> Refused:
    with pytest.raises(Refused) as refused:
        limits.spend(key, events)
    return refused.value


def test_as_many_as_allowed_pass_and_one_more_does_not() -> None:
    limits.spend(KEY, 4)
    limits.spend(KEY, 6)

    error = refused(KEY, 1)

    assert (error.status, error.reason) == (429, "More than 10 events in 1000000000 seconds.")


def test_a_batch_counts_by_its_messages() -> None:
    assert refused(KEY, 11).status == 429


def test_each_key_has_a_count_of_its_own() -> None:
    limits.spend(KEY, 10)

    limits.spend(KEY + 1, 10)
    assert refused(KEY + 1, 1).status == 429


def test_who_asks_again_after_the_time_said_is_in_the_next_window() -> None:
    now = time.time()

    wait = refused(KEY, 11).retry_after

    assert (now + wait) // limits.WINDOW == now // limits.WINDOW + 1
    assert wait <= limits.WINDOW


def test_a_count_begins_anew_in_another_window(monkeypatch: pytest.MonkeyPatch) -> None:
    limits.spend(KEY, 10)
    monkeypatch.setattr(limits, "WINDOW", 5 * 10**8)

    limits.spend(KEY, 10)
    assert refused(KEY, 1).status == 429


def test_a_flushed_cache_starts_to_count_again() -> None:
    limits.spend(KEY, 10)
    cache.clear()

    limits.spend(KEY, 10)

    assert refused(KEY, 1).status == 429

"""The queue primitive: claimed once, counted at the claim, fenced."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from crm.models import Event, Retry
from kernel import lease
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def make(count: int) -> list[Retry]:
    events = [Event.objects.create(name="x", message_id=str(i)) for i in range(count)]
    return [Retry.objects.create(consumer="test", event=event) for event in events]


def test_claim_counts_the_attempt_and_hands_out_a_token() -> None:
    make(1)
    (row,) = lease.claim(Retry.objects.all())
    assert row.attempts == 1
    assert row.lease is not None
    assert lease.claim(Retry.objects.all()) == []


def test_claims_of_many_workers_never_overlap() -> None:
    make(200)
    claimed = in_threads(4, lambda: [row.pk for _ in range(10) for row in lease.claim(Retry.objects.all(), limit=10)])
    ids = [pk for worker in claimed for pk in worker]
    assert len(ids) == 200
    assert len(set(ids)) == 200


def test_claim_passes_over_rows_that_somebody_else_holds() -> None:
    held, free = make(2)

    def claim() -> list[Retry]:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        return lease.claim(Retry.objects.all())

    with transaction.atomic():
        Retry.objects.select_for_update().get(pk=held.pk)
        assert in_threads(1, claim) == [[free]]


def test_a_row_in_line_is_counted_when_its_turn_comes() -> None:
    make(2)
    first, second = lease.claim(Retry.objects.all(), lease=lease.IN_LINE, counted=False)
    assert lease.begin(first) is True
    assert (first.attempts, second.attempts) == (1, 0)
    assert sorted(Retry.objects.values_list("attempts", flat=True)) == [0, 1]


def test_a_row_in_line_that_somebody_else_took_is_left_alone() -> None:
    make(1)
    (row,) = lease.claim(Retry.objects.all(), lease=lease.IN_LINE, counted=False)
    Retry.objects.update(due_at=Now() - timedelta(seconds=1))  # its worker was stopped for too long
    (taken,) = lease.claim(Retry.objects.all())
    assert lease.begin(row) is False
    assert lease.finish(taken) is True


@pytest.fixture
def holder() -> Iterator[bytes]:
    lease.hold_as(b"\x00first")
    yield b"\x00first"
    lease.hold_as(b"")


def test_what_a_dead_holder_held_is_free_at_once_and_nothing_else(holder: bytes) -> None:
    make(4)
    done, later, held = (lease.claim(Retry.objects.all(), limit=1)[0] for _ in range(3))
    lease.finish(done)
    lease.retry(later, after=timedelta(seconds=60))
    lease.hold_as(b"\x00secnd")
    (others,) = lease.claim(Retry.objects.all())

    assert lease.free(holder) == 1
    assert [row.pk for row in lease.claim(Retry.objects.all())] == [held.pk]
    assert lease.finish(held) is False
    assert lease.finish(others) is True


def test_a_dead_holder_of_nothing_leaves_nothing() -> None:
    make(1)
    (row,) = lease.claim(Retry.objects.all())
    assert lease.free(b"nobody") == 0
    assert lease.finish(row) is True


def test_finish_needs_the_token() -> None:
    make(1)
    (row,) = lease.claim(Retry.objects.all())
    Retry.objects.update(due_at=Now() - timedelta(seconds=1))  # the lease ran out
    (taken,) = lease.claim(Retry.objects.all())
    assert lease.finish(row, error="late") is False
    assert lease.finish(taken, error="done") is True
    taken.refresh_from_db()
    assert (taken.error, taken.due_at, taken.lease, taken.attempts) == ("done", None, None, 2)


def test_retry_makes_due_again_later() -> None:
    make(1)
    (row,) = lease.claim(Retry.objects.all())
    assert lease.retry(row, after=timedelta(hours=1)) is True
    assert lease.claim(Retry.objects.all()) == []
    Retry.objects.update(due_at=Now() - timedelta(seconds=1))
    assert [r.attempts for r in lease.claim(Retry.objects.all())] == [2]


def test_a_row_that_is_not_due_is_left_alone() -> None:
    (row,) = make(1)
    Retry.objects.filter(pk=row.pk).update(due_at=None)
    assert lease.claim(Retry.objects.all()) == []


def test_holds_locks_the_row_for_its_owner_only() -> None:
    make(1)
    (row,) = lease.claim(Retry.objects.all())
    with transaction.atomic():
        assert lease.holds(row) is True
        Retry.objects.update(lease=None)
        assert lease.holds(row) is False


def test_oldest_due_comes_first() -> None:
    rows = make(3)
    for minutes, row in zip((1, 3, 2), rows, strict=True):
        Retry.objects.filter(pk=row.pk).update(due_at=Now() - timedelta(minutes=minutes))
    assert [r.pk for r in lease.claim(Retry.objects.all())] == [rows[1].pk, rows[2].pk, rows[0].pk]


def test_waits_grow_up_to_the_cap() -> None:
    waits = [lease.backoff(n).total_seconds() for n in (1, 2, 3, 4, 9)]
    assert waits == [5, 15, 45, 135, 3600]


def test_oldest_overdue_says_how_late_the_queue_is() -> None:
    assert lease.oldest_overdue(Retry.objects.all()) == 0.0
    (row,) = make(1)
    Retry.objects.filter(pk=row.pk).update(due_at=Now() - timedelta(minutes=2))
    assert 119 < lease.oldest_overdue(Retry.objects.all()) < 180
    assert connection.in_atomic_block is False

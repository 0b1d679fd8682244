"""The one queue primitive: rows that are claimed, worked on outside any transaction, and finished.

A claim takes due rows with FOR UPDATE SKIP LOCKED, counts the attempt *before* the work (so a payload that kills its
worker cannot loop for ever), sets a lease with an expiry and a fencing token, and commits. Whoever finishes must still
hold the token; a worker that was stopped for longer than its lease finds that its row belongs to somebody else and
throws its own result away. All times are the database's.

A token begins with the holder's name, so that whoever saw a holder die can free its rows before their lease ends.
"""

import secrets
import uuid
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

IN_LINE = timedelta(seconds=10)  # a claimed row that waits for its turn; begin() renews it
LEASE = timedelta(seconds=180)  # > Celery's hard time limit of 120 s, < the visibility timeout of 600 s
TOKEN_BYTES = 16
_holder = b""


class Leased(models.Model):
    """Columns of a claimable row. `due_at` null: finished, or not to be worked on."""

    due_at = models.DateTimeField(_("next try"), null=True, blank=True, db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    lease = models.UUIDField(null=True, blank=True, editable=False)

    max_attempts: ClassVar[int] = 8

    class Meta:
        abstract = True

    @property
    def is_last_attempt(self) -> bool:
        return self.attempts >= self.max_attempts


Row = TypeVar("Row", bound=Leased)


def hold_as(holder: bytes) -> None:
    """What this process and those it forks claim from here on is held in this name: a few bytes that nobody else has,
    or none."""
    global _holder
    _holder = holder


def free(holder: bytes) -> int:
    """What a dead holder left is due at once. Only who knows that it is dead may say so: the rows of one that lives
    would be worked on twice. Returns how many rows it had."""
    first, last = (uuid.UUID(bytes=holder.ljust(TOKEN_BYTES, byte)) for byte in (b"\0", b"\xff"))
    now = Now()
    return sum(
        model._default_manager.filter(due_at__gt=now, due_at__lte=now + LEASE, lease__range=(first, last)).update(
            due_at=now, lease=None
        )
        for model in apps.get_models()
        if issubclass(model, Leased)
    )


def claim(rows: models.QuerySet[Row], *, limit: int = 100, lease: timedelta = LEASE, counted: bool = True) -> list[Row]:
    """Claim up to `limit` due rows of the queryset, oldest due first. One short transaction of its own.

    Who works on them one after the other claims with `lease=IN_LINE, counted=False` and calls begin() for each: if the
    worker dies, only the row that it was at has an attempt more, and the others are free again soon.

    Each returned row carries its fencing token in `lease` and its attempt number in `attempts`.
    """
    token = uuid.UUID(bytes=_holder + secrets.token_bytes(TOKEN_BYTES - len(_holder)))
    with transaction.atomic():
        due = rows.filter(due_at__lte=Now()).order_by("due_at", "pk")
        ids = list(due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit])
        if not ids:
            return []
        rows.model._default_manager.filter(pk__in=ids).update(
            due_at=Now() + lease, attempts=F("attempts") + int(counted), lease=token
        )
    claimed = rows.model._default_manager.filter(pk__in=ids, lease=token)
    return sorted(claimed, key=lambda row: ids.index(row.pk))


def begin(row: Leased, *, lease: timedelta = LEASE) -> bool:
    """The turn of a row claimed in line: count its attempt and renew its lease. False: somebody else has it by now."""
    held = type(row)._default_manager.filter(pk=row.pk, lease=row.lease).exclude(lease=None)
    if not held.update(due_at=Now() + lease, attempts=F("attempts") + 1):
        return False
    row.attempts += 1
    return True


def finish(row: Leased, **changes: Any) -> bool:
    """Write the result and take the row off the queue. False: the lease was lost, nothing was written."""
    return _write(row, due_at=None, **changes)


def retry(row: Leased, *, after: timedelta, **changes: Any) -> bool:
    """Write what was learned and make the row due again in `after`. False: the lease was lost."""
    return _write(row, due_at=Now() + after, **changes)


def _write(row: Leased, **changes: Any) -> bool:
    held = type(row)._default_manager.filter(pk=row.pk, lease=row.lease).exclude(lease=None)
    return held.update(lease=None, **changes) == 1


def holds(row: Leased) -> bool:
    """Inside a transaction: lock the row and say whether this worker still owns it."""
    owned = type(row)._default_manager.filter(pk=row.pk, lease=row.lease).exclude(lease=None)
    return owned.select_for_update().exists()


def backoff(attempts: int, *, base: timedelta = timedelta(seconds=5), cap: timedelta = timedelta(hours=1)) -> timedelta:
    """Growing waits: base, 3·base, 9·base … up to cap."""
    wait: timedelta = base * 3 ** max(attempts - 1, 0)
    return min(wait, cap)


def oldest_overdue(rows: models.QuerySet[Row]) -> float:
    """Seconds that the most overdue row has waited; 0 when none is due. For the operations page."""
    late = rows.filter(Q(due_at__lte=Now())).order_by("due_at").values_list("due_at", flat=True)[:1]
    sql, params = late.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXTRACT(EPOCH FROM now() - ({sql}))", params)  # noqa: S608
        row = cursor.fetchone()
    return float(row[0] or 0) if row else 0.0

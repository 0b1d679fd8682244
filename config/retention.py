"""Bookkeeping that nobody needs any more is deleted, some rows at a time: a large DELETE would hold up everybody else,
and every consumer of the ledger waits for the oldest writing transaction."""

import logging
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from crm.models import AccountMail, IdempotencyRecord, RefusedEvents

log = logging.getLogger(__name__)

BATCH = 500
BATCHES = 100  # in one go, so that a task ends well within its time; the next hour goes on


def forget_old() -> dict[str, int]:
    """How many rows of each kind went."""
    gone = {name: _delete(rows) for name, rows in _old().items()}
    if any(gone.values()):
        log.info("old rows deleted", extra={"rows": gone})
    return gone


def _old() -> dict[str, QuerySet[Any]]:
    session = Session.objects.filter(session_key=OuterRef("session_key"))
    return {
        "idempotency": IdempotencyRecord.objects.filter(created_at__lt=_before("idempotency")),
        "refused": RefusedEvents.objects.filter(last_at__lt=_before("refused")),
        "account_mails": AccountMail.objects.filter(created_at__lt=_before("account_mails")),
        "sessions": Session.objects.filter(expire_date__lt=_before("sessions")),
        "browsers": UserSession.objects.filter(~Exists(session), last_seen_at__lt=Now() - timedelta(hours=1)),
    }


def _before(name: str) -> Any:
    return Now() - timedelta(days=settings.KEEP_DAYS[name])


def _delete(rows: QuerySet[Any]) -> int:
    total = 0
    for _ in range(BATCHES):
        with transaction.atomic():
            keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
            rows.model._default_manager.filter(pk__in=keys).delete()
        total += len(keys)
        if len(keys) < BATCH:
            break
    return total

"""A POST that carries an Idempotency-Key happens once, however often it is sent."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from crm.models import IdempotencyRecord
from kernel.api import Problem
from kernel.resources import provide_memory


@provide_memory
@transaction.atomic
def answer_once(actor: str, key: str, digest: str, answer: Callable[[], tuple[int, Any]]) -> tuple[int, Any, bool]:
    """The record is written in the transaction of the work itself: who comes second waits for it at the unique
    constraint, and work that failed leaves no record, so the same key may try again.

    Raises Problem 422 when the key was used for another request.
    """
    record, is_new = IdempotencyRecord.objects.get_or_create(actor=actor, key=key, defaults={"request_digest": digest})
    if not is_new:
        if record.request_digest != digest:
            raise Problem(422, "This Idempotency-Key was used for another request. Use a new one.")
        assert record.status is not None  # noqa: S101 - committed together with the row
        return record.status, record.body, True
    record.status, record.body = answer()
    record.save(update_fields=["status", "body"])
    return record.status, record.body, False

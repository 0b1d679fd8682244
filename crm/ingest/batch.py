"""The messages of one request: `/v1/batch` holds many, every other address one."""

from datetime import datetime
from typing import Any

from crm.ingest import body
from crm.ingest.message import Message, read
from crm.ingest.refused import Refused

_REASONS_SHOWN = 10


def messages(content: dict[str, Any], *, kind: str, now: datetime, size: int) -> list[Message]:
    """All or nothing: with one bad message the request is refused, and the answer names each one and why.

    `size` is the length of the body in bytes: a small body cannot hold a message that is too big.
    """
    if kind != "batch":
        if size > body.EVENT_BYTES:
            body.refuse_oversized(content, "This event")
        return [read(content, now=now, kind=kind)]
    raws = content.get("batch")
    if not isinstance(raws, list) or not raws:
        raise Refused(400, "A batch needs its messages as a list in `batch`.")
    if len(raws) > body.MAX_MESSAGES:
        raise Refused(413, f"A batch may hold {body.MAX_MESSAGES} messages.")
    if size > body.EVENT_BYTES:
        for place, raw in enumerate(raws):
            body.refuse_oversized(raw, f"Message {place}")
    return _read_all(raws, content, now)


def _read_all(raws: list[Any], content: dict[str, Any], now: datetime) -> list[Message]:
    sent_at = content.get("sentAt") if isinstance(content.get("sentAt"), str) else ""
    found, errors = [], []
    for place, raw in enumerate(raws):
        try:
            found.append(read(_with_shared(raw, content), now=now, sent_at=sent_at or ""))
        except Refused as error:
            errors.append({"message": place, "reason": error.reason})
    if errors:
        first = errors[0]
        raise Refused(400, f"Message {first['message']}: {first['reason']}", errors=errors[:_REASONS_SHOWN])
    return found


def _with_shared(raw: Any, content: dict[str, Any]) -> Any:
    """A batch may carry one context for all of its messages."""
    shared = content.get("context")
    if not isinstance(raw, dict) or not isinstance(shared, dict):
        return raw
    own = {} if raw.get("context") is None else raw["context"]
    return raw | {"context": shared | own} if isinstance(own, dict) else raw

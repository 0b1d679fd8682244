"""One message of the tracking API, checked: who, what, when. Raises Refused(400) naming what is wrong."""

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

from crm.ingest.refused import Refused
from crm.ledger.fact import fact_class
from crm.models.identity import LONGEST, normal_id
from crm.models.locales import language_of, timezone_of

NAME_LENGTH = 200
ID_LENGTH = 200  # of a messageId; longer ones are kept by their digest
GROUP_ID_LENGTH = 200
KINDS = ("track", "identify", "page", "screen", "group", "alias")
LONGEST_WAY = timedelta(days=100 * 365)  # from an event to its sending
KEPT_CONTEXT = ("campaign", "page")  # where somebody came from; the rest of the context is about devices


@dataclass(frozen=True)
class Message:
    """`name` is the ledger's; `told` is what the event says; `traits` describe the person, or a group's company."""

    kind: str
    message_id: str
    name: str
    occurred_at: datetime
    user_id: str = ""
    anonymous_id: str = ""
    previous_id: str = ""
    group_id: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    traits: dict[str, Any] = field(default_factory=dict)
    language: str = ""
    timezone: str = ""


def read(raw: Any, *, now: datetime, kind: str = "", sent_at: str = "") -> Message:
    """`kind` and `sent_at` come from the URL and the batch where the message does not say them itself."""
    if not isinstance(raw, dict):
        raise Refused(400, "Each message must be a JSON object.")
    kind = kind or _text(raw, "type")
    if kind not in KINDS:
        raise Refused(400, f"The type {kind!r} is not one of {', '.join(KINDS)}.")
    context = _object(raw, "context")
    message = Message(
        kind=kind,
        message_id=_message_id(raw),
        occurred_at=_time(raw, sent_at or _text(raw, "sentAt"), now),
        user_id=_id(raw, "userId"),
        anonymous_id=_id(raw, "anonymousId"),
        traits=_object(raw, "traits") or _object(context, "traits"),
        language=language_of(_text(context, "locale")),
        timezone=timezone_of(_text(context, "timezone")),
        **READERS[kind](raw),
    )
    _require_somebody(message)
    message.told.update({key: context[key] for key in KEPT_CONTEXT if context.get(key) and key not in message.told})
    return message


def _require_somebody(message: Message) -> None:
    if not message.user_id and not message.anonymous_id:
        raise Refused(400, "A message needs a userId or an anonymousId that names somebody.")


def _track(raw: dict[str, Any]) -> dict[str, Any]:
    name = _text(raw, "event").strip()
    if not name:
        raise Refused(400, "A track message needs the name of its event in `event`.")
    if len(name) > NAME_LENGTH:
        raise Refused(400, f"The event's name has {len(name)} characters; {NAME_LENGTH} are allowed.")
    if fact_class(name) is not None:
        raise Refused(400, f"The event name {name!r} is Hilo's own; choose another.")
    return {"name": name, "told": dict(_object(raw, "properties"))}


def _viewed(ledger_name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def reader(raw: dict[str, Any]) -> dict[str, Any]:
        told = dict(_object(raw, "properties"))
        title = _text(raw, "name") or told.get("title") or told.get("path") or told.get("url") or ""
        told |= {"name": str(title)[:NAME_LENGTH]}
        category = _text(raw, "category")
        return {"name": ledger_name, "told": told | ({"category": category} if category else {})}

    return reader


def _identify(raw: dict[str, Any]) -> dict[str, Any]:
    traits = _object(raw, "traits") or _object(_object(raw, "context"), "traits")
    return {"name": "contact.described", "told": {"traits": ", ".join(sorted(traits))[:NAME_LENGTH]}}


def _group(raw: dict[str, Any]) -> dict[str, Any]:
    group_id = _id(raw, "groupId", longest=GROUP_ID_LENGTH)
    if not group_id:
        raise Refused(400, "A group message needs a groupId.")
    company = str(_object(raw, "traits").get("name") or group_id)[:NAME_LENGTH]
    return {"name": "contact.grouped", "group_id": group_id, "told": {"company": company, "group_id": group_id}}


def _alias(raw: dict[str, Any]) -> dict[str, Any]:
    previous = _id(raw, "previousId")
    if not previous or not _id(raw, "userId"):
        raise Refused(400, "An alias message needs a userId and a previousId.")
    return {"name": "contact.aliased", "previous_id": previous, "told": {"previous_id": previous}}


READERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "track": _track,
    "identify": _identify,
    "page": _viewed("page.viewed"),
    "screen": _viewed("screen.viewed"),
    "group": _group,
    "alias": _alias,
}


def _text(raw: dict[str, Any], key: str) -> str:
    """Numbers are taken for their digits: several libraries send numeric ids."""
    value = raw.get(key)
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str | int | float):
        return str(value)
    raise Refused(400, f"{key} must be a text.")


def _object(raw: dict[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(400, f"{key} must be an object.")
    return value


def _id(raw: dict[str, Any], key: str, *, longest: int = LONGEST) -> str:
    """ "" for the placeholders that programs send for nobody."""
    sent = _text(raw, key).strip()
    if len(sent) > longest:
        raise Refused(400, f"{key} has {len(sent)} characters; {longest} are allowed.")
    return normal_id(sent)


def _message_id(raw: dict[str, Any]) -> str:
    """As sent. Where it is missing, derived from the content with its time, so that a repeated request counts once;
    without a time, two purchases of the same look like one repeated, and losing one is worse than counting it twice."""
    given = _text(raw, "messageId").strip()
    if given:
        return given if len(given) <= ID_LENGTH else _digest(given)
    if not _said_time(raw):
        return f"random:{uuid.uuid4()}"
    return _digest({key: value for key, value in raw.items() if key not in ("sentAt", "writeKey")})


def _digest(content: Any) -> str:
    return "sha256:" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _time(raw: dict[str, Any], sent_at: str, now: datetime) -> datetime:
    """The sender's clock may be wrong: what passed between event and sending is trusted, the clock itself is not.

    occurred = received - (sentAt - timestamp), Segment's own rule; never later than now. A distance of more than a
    life says that one of the two is no time at all: then it corrects nothing.
    """
    said = _said_time(raw)
    if not said:
        return now
    happened, sent = _moment(said), _moment(sent_at)
    if happened is None:
        raise Refused(400, f"The timestamp {said[:40]!r} is not ISO 8601.")
    if sent is not None and sent - happened < LONGEST_WAY:
        happened = now - max(sent - happened, timedelta())
    return min(happened, now)


def _said_time(raw: dict[str, Any]) -> str:
    return _text(raw, "originalTimestamp") or _text(raw, "timestamp")


def _moment(text: str) -> datetime | None:
    """ISO 8601; UTC where no zone is said; a bare date is its first moment. None for anything else."""
    try:
        found = parse_datetime(text)
        day = parse_date(text) if found is None else None
    except ValueError:
        return None
    if day is not None:
        found = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if found is None or not 1900 < found.year < 9000:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

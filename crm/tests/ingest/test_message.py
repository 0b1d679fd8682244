"""Messages of the tracking API, read and checked without writing."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.ingest import batch, body
from crm.ingest.message import Message, read
from crm.ingest.refused import Refused

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def track(**fields: Any) -> dict[str, Any]:
    return {"userId": "7", "event": "Order Completed", "messageId": "m-1"} | fields


def read_track(**fields: Any) -> Message:
    return read(track(**fields), kind="track", now=NOW)


def reason_of(raw: Any, kind: str = "track") -> str:
    with pytest.raises(Refused) as refused:
        read(raw, kind=kind, now=NOW)
    assert refused.value.status == 400
    return refused.value.reason


def test_track_is_read_whole() -> None:
    message = read_track(properties={"total": 40.5, "items": [1, 2]})

    assert message == Message(
        kind="track",
        message_id="m-1",
        name="Order Completed",
        occurred_at=NOW,
        user_id="7",
        told={"total": 40.5, "items": [1, 2]},
    )


def test_numeric_user_id_is_taken_for_its_digits() -> None:
    assert read_track(userId=4711).user_id == "4711"


def test_campaign_and_page_of_the_context_are_kept() -> None:
    message = read_track(context={"campaign": {"source": "mail"}, "library": {"name": "x"}, "ip": "1.2.3.4"})

    assert message.told == {"campaign": {"source": "mail"}}


@pytest.mark.parametrize(
    ("sent", "happened", "expected"),
    [
        ("2026-06-01T12:00:00Z", "2026-06-01T11:58:00Z", NOW - timedelta(minutes=2)),
        ("2020-01-01T00:02:00Z", "2020-01-01T00:00:00Z", NOW - timedelta(minutes=2)),
        ("2031-01-01T00:00:30Z", "2031-01-01T00:00:00Z", NOW - timedelta(seconds=30)),
        ("2026-06-01T12:00:00Z", "2026-06-01T12:05:00Z", NOW),
        ("", "2026-05-01T00:00:00Z", datetime(2026, 5, 1, tzinfo=UTC)),
        ("", "2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("", "2036-05-01T00:00:00Z", NOW),
        ("no time", "2026-05-01T00:00:00+02:00", datetime(2026, 4, 30, 22, tzinfo=UTC)),
    ],
    ids=["right", "clock behind", "clock ahead", "after sending", "unsent", "day", "future", "bad sentAt"],
)
def test_clock_of_the_sender_is_corrected(sent: str, happened: str, expected: datetime) -> None:
    assert read_track(sentAt=sent, timestamp=happened).occurred_at == expected


def test_missing_message_id_is_derived_from_the_content() -> None:
    one = {"userId": "7", "event": "Seen", "timestamp": "2026-05-01T00:00:00Z"}

    first = read(one | {"sentAt": "2026-05-01T00:00:01Z"}, kind="track", now=NOW)
    again = read(one | {"sentAt": "2026-05-01T00:09:00Z"}, kind="track", now=NOW)
    other = read(one | {"properties": {"x": 1}}, kind="track", now=NOW)

    assert first.message_id == again.message_id
    assert first.message_id != other.message_id
    assert first.message_id.startswith("sha256:")


@pytest.mark.parametrize("sent", [{}, {"timestamp": None}, {"timestamp": "", "sentAt": "2026-05-01T00:00:00Z"}])
def test_equal_messages_with_neither_id_nor_time_are_two(sent: dict[str, Any]) -> None:
    """Two purchases of the same, a month apart."""
    one = {"userId": "7", "event": "Seen"} | sent

    ids = {read(one, kind="track", now=NOW).message_id for _ in range(3)}

    assert len(ids) == 3


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (track(event=""), "A track message needs the name of its event in `event`."),
        (track(event="x" * 201), "The event's name has 201 characters; 200 are allowed."),
        (track(event="contact.created"), "The event name 'contact.created' is Hilo's own; choose another."),
        (track(userId="null"), "A message needs a userId or an anonymousId that names somebody."),
        (track(userId=["7"]), "userId must be a text."),
        (track(properties=[1]), "properties must be an object."),
        (track(timestamp="yesterday"), "The timestamp 'yesterday' is not ISO 8601."),
        (track(timestamp="2026-99-99"), "The timestamp '2026-99-99' is not ISO 8601."),
        ("text", "Each message must be a JSON object."),
    ],
)
def test_refusals_say_what_is_wrong(raw: Any, expected: str) -> None:
    assert reason_of(raw) == expected


def test_alias_and_group_need_their_ids() -> None:
    assert reason_of({"userId": "7"}, "alias") == "An alias message needs a userId and a previousId."
    assert reason_of({"userId": "7"}, "group") == "A group message needs a groupId."


def test_page_is_called_by_name_title_or_address() -> None:
    def page(**fields: Any) -> Message:
        return read({"anonymousId": "v", **fields}, kind="page", now=NOW)

    assert page(name="Home").told["name"] == "Home"
    assert page(properties={"title": "Lamps", "path": "/lamps"}).told == {
        "title": "Lamps",
        "path": "/lamps",
        "name": "Lamps",
    }
    assert page(properties={"path": "/lamps"}).name == "page.viewed"


def test_identify_tells_the_ledger_names_of_traits_and_no_values() -> None:
    message = read({"userId": "7", "traits": {"email": "a@b.example", "plan": "gold"}}, kind="identify", now=NOW)

    assert message.told == {"traits": "email, plan"}
    assert message.traits == {"email": "a@b.example", "plan": "gold"}


def test_batch_shares_its_context_and_sent_at() -> None:
    content = {
        "sentAt": "2020-01-01T00:00:10Z",
        "context": {"campaign": {"source": "mail"}},
        "batch": [track(type="track", timestamp="2020-01-01T00:00:00Z")],
    }

    (message,) = batch.messages(content, kind="batch", now=NOW, size=100)

    assert message.occurred_at == NOW - timedelta(seconds=10)
    assert message.told == {"campaign": {"source": "mail"}}


def test_batch_names_each_bad_message() -> None:
    content = {"batch": [track(type="track"), track(type="trck"), {"type": "track", "userId": "7"}]}

    with pytest.raises(Refused) as refused:
        batch.messages(content, kind="batch", now=NOW, size=100)

    assert refused.value.details == {
        "errors": [
            {"message": 1, "reason": "The type 'trck' is not one of track, identify, page, screen, group, alias."},
            {"message": 2, "reason": "A track message needs the name of its event in `event`."},
        ]
    }


def test_a_single_oversized_event_is_refused_inside_a_batch() -> None:
    content = {"batch": [track(type="track", properties={"x": "y" * 33_000})]}

    with pytest.raises(Refused) as refused:
        batch.messages(content, kind="batch", now=NOW, size=33_100)

    assert (refused.value.status, refused.value.reason) == (413, "Message 0 has 33 KB; an event may hold 32 KB.")


def test_gzip_bomb_costs_no_more_than_a_batch() -> None:
    bomb = gzip.compress(b"0" * 5_000_000)
    assert len(bomb) < 6_000

    with pytest.raises(Refused) as refused:
        body.unpack(bomb, encoding="gzip")

    assert refused.value.status == 413


@pytest.mark.parametrize("broken", [b"no gzip", gzip.compress(b"{}", mtime=0)[:-4]])
def test_broken_gzip_is_refused(broken: bytes) -> None:
    with pytest.raises(Refused) as refused:
        body.unpack(broken, encoding="gzip")

    assert refused.value.status == 400


@pytest.mark.parametrize(
    "bad", [b"", b"[]", b"{", b"\xff\xfe", b'{"a": NaN}', b'{"a":' * 100_000, b'{"n": ' + b"9" * 5000 + b"}"]
)
def test_unreadable_bodies_are_refused(bad: bytes) -> None:
    with pytest.raises(Refused) as refused:
        body.parse(bad)

    assert refused.value.status == 400


def test_what_jsonb_cannot_hold_is_mended() -> None:
    plain = b'{"a\\u0000": "x\\u0000y", "b": ["\\ud83d", {"c": 1e999}], "d": "\\ud83d\\ude00"}'

    assert body.parse(plain) == {"a": "xy", "b": ["\ufffd", {"c": None}], "d": "😀"}


def test_deep_nesting_is_refused_before_it_costs() -> None:
    deep = json.loads('{"a":' * 60 + "1" + "}" * 60)

    with pytest.raises(Refused) as refused:
        body.clean(deep)

    assert refused.value.reason == "Values may be nested 40 deep."

"""Bodies and batches: what is unpacked, how much may come, and which message of many is meant."""

import gzip
import json
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest

from crm.ingest import batch, body
from crm.ingest.message import Message
from crm.ingest.refused import Refused

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SEEN = {"type": "track", "userId": "7", "event": "Seen", "messageId": "m"}


def refusal(call: Any, *args: Any, **kwargs: Any) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.status, refused.value.reason


def messages(content: dict[str, Any], *, kind: str = "batch", size: int = 100) -> list[Message]:
    return batch.messages(content, kind=kind, now=NOW, size=size)


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_a_plain_body_stays_as_it_is(encoding: str) -> None:
    assert body.unpack(b"{}", encoding=encoding) == b"{}"


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip"])
def test_gzip_is_unpacked_under_both_of_its_names(encoding: str) -> None:
    assert body.unpack(gzip.compress(b"{}"), encoding=encoding) == b"{}"


def test_gzip_may_have_several_members_and_nothing_else_behind_them() -> None:
    members = gzip.compress(b'{"a":') + gzip.compress(b" 1}")

    assert body.unpack(members, encoding="gzip") == b'{"a": 1}'
    assert refusal(body.unpack, gzip.compress(b"{}") + b"more", encoding="gzip") == (
        400,
        "The body says it is gzip but cannot be unpacked.",
    )
    assert refusal(body.unpack, members[:-3], encoding="gzip") == (400, "The gzip body ends too early.")
    assert refusal(body.unpack, b"", encoding="gzip") == (400, "The gzip body ends too early.")


def test_members_are_counted_together() -> None:
    half = gzip.compress(b"0" * (body.BATCH_BYTES // 2 + 1), 1)

    assert refusal(body.unpack, half * 2, encoding="gzip")[0] == 413


def test_another_encoding_is_refused_with_what_is_understood() -> None:
    assert refusal(body.unpack, zlib.compress(b"{}"), encoding="deflate") == (
        400,
        "Content-Encoding 'deflate' is not understood; send gzip or none.",
    )


def test_zlib_under_the_name_of_gzip_is_refused() -> None:
    assert refusal(body.unpack, zlib.compress(b"{}"), encoding="gzip") == (
        400,
        "The body says it is gzip but cannot be unpacked.",
    )


def test_gzip_that_ends_too_early_is_refused() -> None:
    assert refusal(body.unpack, gzip.compress(b"{}")[:-3], encoding="gzip") == (400, "The gzip body ends too early.")


def test_five_hundred_kilobytes_pass_and_one_byte_more_does_not() -> None:
    full, over = b"0" * body.BATCH_BYTES, b"0" * (body.BATCH_BYTES + 1)
    too_big = (413, "A request may hold 500 KB; send smaller batches.")

    assert body.unpack(full, encoding="") == body.unpack(gzip.compress(full, 1), encoding="gzip") == full
    assert refusal(body.unpack, over, encoding="") == too_big
    assert refusal(body.unpack, gzip.compress(over, 1), encoding="gzip") == too_big


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"\xff", "The body is not UTF-8."),
        (b'{"a":' * 100_000, "The body is nested too deeply."),
        (b'{"a": Infinity}', "The body is not JSON: Infinity is not a JSON number."),
        (b'{"a": ' + b"9" * 5000 + b"}", "A number may have 4300 digits."),
        (
            b"\xef\xbb\xbf{",
            "The body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).",
        ),
        (b"[1]", "The body must be a JSON object."),
        (b"null", "The body must be a JSON object."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(sent: bytes, why: str) -> None:
    assert refusal(body.parse, sent) == (400, why)


def test_json_stays_what_it_was() -> None:
    content = {
        "text": "ñ 😀",
        "number": 4711,
        "part": 0.5,
        "yes": True,
        "no": False,
        "none": None,
        "list": [[], {}, ""],
    }

    assert body.parse(json.dumps(content).encode()) == content


def test_a_byte_order_mark_is_no_part_of_the_body() -> None:
    assert body.parse(b'\xef\xbb\xbf{"a": "\xef\xbb\xbf"}') == {"a": "\ufeff"}


def nested(depth: int, *, lists: bool) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value] if lists else {"a": value}
    return value


@pytest.mark.parametrize("lists", [True, False])
def test_values_may_be_nested_forty_deep_and_no_deeper(lists: bool) -> None:
    assert body.clean(nested(40, lists=lists)) == nested(40, lists=lists)
    assert refusal(body.clean, nested(41, lists=lists)) == (400, "Values may be nested 40 deep.")


@pytest.mark.parametrize("broken", ["\x00", "a\x00b\x00", "\x00\x00"])
def test_a_nul_is_left_out(broken: str) -> None:
    assert body.clean_text(broken) == broken.replace("\x00", "")


@pytest.mark.parametrize(
    ("half", "kept"), [("\ud800", "\ufffd"), ("a\udfffb", "a\ufffdb"), ("\ud7ff\ue000", "\ud7ff\ue000")]
)
def test_half_a_character_is_replaced_and_its_neighbours_stay(half: str, kept: str) -> None:
    assert body.clean_text(half) == kept


def event_of(size: int) -> dict[str, Any]:
    """An event of so many bytes, in letters of two bytes each."""
    empty = len(json.dumps(SEEN | {"properties": {"x": ""}}, ensure_ascii=False).encode())
    return SEEN | {"properties": {"x": "ñ" * ((size - empty) // 2) + "-" * ((size - empty) % 2)}}


def test_an_event_of_thirty_two_kilobytes_passes_and_one_byte_more_does_not() -> None:
    whole, over = event_of(body.EVENT_BYTES), event_of(body.EVENT_BYTES + 1)
    size = body.EVENT_BYTES + 100

    assert len(messages(whole, kind="track", size=size)) == len(messages({"batch": [whole]}, size=size)) == 1
    assert refusal(messages, over, kind="track", size=size) == (
        413,
        "This event has 33 KB; an event may hold 32 KB.",
    )
    assert refusal(messages, {"batch": [SEEN, over]}, size=size) == (
        413,
        "Message 1 has 33 KB; an event may hold 32 KB.",
    )


def test_many_small_events_may_be_larger_together_than_one() -> None:
    assert len(messages({"batch": [event_of(1000)] * 100}, size=100_000)) == 100


@pytest.mark.parametrize("content", [{}, {"batch": []}, {"batch": {}}, {"batch": "text"}, {"batch": None}])
def test_a_batch_needs_a_list_with_something_in_it(content: dict[str, Any]) -> None:
    assert refusal(messages, content) == (400, "A batch needs its messages as a list in `batch`.")


def test_a_batch_may_hold_as_many_messages_as_fit() -> None:
    assert len(messages({"batch": [SEEN] * body.MAX_MESSAGES})) == 2500
    assert refusal(messages, {"batch": [SEEN] * (body.MAX_MESSAGES + 1)}) == (413, "A batch may hold 2500 messages.")


def test_messages_keep_their_order() -> None:
    sent = [SEEN | {"messageId": f"m-{number}"} for number in range(5)]

    assert [message.message_id for message in messages({"batch": sent})] == ["m-0", "m-1", "m-2", "m-3", "m-4"]


def test_the_first_bad_message_is_the_reason_and_ten_are_named() -> None:
    with pytest.raises(Refused) as refused:
        messages({"batch": [SEEN, *["text"] * 15]})

    assert refused.value.reason == "Message 1: Each message must be a JSON object."
    assert [error["message"] for error in refused.value.details["errors"]] == list(range(1, 11))


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({}, {"campaign": {"source": "all"}}),
        ({"context": None}, {"campaign": {"source": "all"}}),
        ({"context": {}}, {"campaign": {"source": "all"}}),
        ({"context": {"page": {"path": "/"}}}, {"campaign": {"source": "all"}, "page": {"path": "/"}}),
        ({"context": {"campaign": {"source": "own"}}}, {"campaign": {"source": "own"}}),
    ],
)
def test_the_context_of_a_batch_is_there_for_what_a_message_does_not_say(own: dict[str, Any], told: Any) -> None:
    (message,) = messages({"context": {"campaign": {"source": "all"}}, "batch": [SEEN | own]})

    assert message.told == told


def test_a_bad_context_of_one_message_is_refused_beside_a_shared_one() -> None:
    content = {"context": {"locale": "es"}, "batch": [SEEN | {"context": "text"}]}

    assert refusal(messages, content) == (400, "Message 0: context must be an object.")


@pytest.mark.parametrize("sent_at", [None, 7, "", "yesterday"])
def test_a_batch_without_a_sending_time_leaves_that_of_its_messages(sent_at: Any) -> None:
    sent = SEEN | {"timestamp": "2026-05-01T00:00:00Z"}

    (message,) = messages({"sentAt": sent_at, "batch": [sent]})

    assert message.occurred_at == datetime(2026, 5, 1, tzinfo=UTC)

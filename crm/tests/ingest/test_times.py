"""When something happened, by clocks that may be wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.ingest.message import read
from crm.ingest.refused import Refused

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def moment(**fields: Any) -> datetime:
    return read({"userId": "7", "event": "Seen", **fields}, kind="track", now=NOW).occurred_at


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-05-01T10:00:00Z", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01T10:00:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01 10:00:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01T10:00:00.123456Z", datetime(2026, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-05-01T10:00:00-05:00", datetime(2026, 5, 1, 15, tzinfo=UTC)),
        ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("1901-01-01", datetime(1901, 1, 1, tzinfo=UTC)),
    ],
)
def test_iso_8601_is_understood_and_is_utc_where_no_zone_is_said(said: str, meant: datetime) -> None:
    assert moment(timestamp=said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "1 May 2026",
        "2026-13-01",
        "2026-02-30",
        "2026-05-01T25:00:00Z",
        "1900-12-31",
        "9000-01-01T00:00:00Z",
        "1748772000",
    ],
)
def test_what_is_no_moment_is_refused_by_its_own_words(said: str) -> None:
    with pytest.raises(Refused) as refused:
        moment(timestamp=said)

    assert (refused.value.status, refused.value.reason) == (400, f"The timestamp {said!r} is not ISO 8601.")


def test_a_long_text_in_the_place_of_a_moment_is_quoted_by_its_beginning() -> None:
    with pytest.raises(Refused) as refused:
        moment(timestamp="x" * 500)

    assert refused.value.reason == f"The timestamp {'x' * 40!r} is not ISO 8601."


def test_what_has_no_timestamp_happened_now_whenever_it_was_sent() -> None:
    assert moment() == moment(sentAt="2020-01-01T00:00:00Z") == moment(timestamp="") == NOW


def test_the_original_timestamp_of_a_message_sent_again_counts() -> None:
    assert moment(originalTimestamp="2026-05-01", timestamp="2026-05-30") == datetime(2026, 5, 1, tzinfo=UTC)


def test_the_last_year_of_the_calendar_is_the_future_and_means_now() -> None:
    assert moment(timestamp="8999-12-31T23:59:59Z") == NOW


def test_a_batch_says_when_it_was_sent_for_messages_that_say_it_too() -> None:
    raw = {"userId": "7", "event": "Seen", "timestamp": "2026-05-01T00:00:00Z", "sentAt": "2026-05-01T09:00:00Z"}

    message = read(raw, kind="track", now=NOW, sent_at="2026-05-01T00:01:00Z")

    assert message.occurred_at == NOW - timedelta(minutes=1)


@pytest.mark.parametrize("sent", ["yesterday", "", None, "0001-01-01"])
def test_a_sending_time_that_is_none_corrects_nothing(sent: Any) -> None:
    assert moment(timestamp="2026-05-01", sentAt=sent) == datetime(2026, 5, 1, tzinfo=UTC)


def test_days_between_event_and_sending_are_believed() -> None:
    """A telephone without a network sends what it kept: the distance counts, not its clock."""
    kept = moment(timestamp="2019-03-01T00:00:00Z", sentAt="2019-03-08T00:00:00Z")

    assert kept == NOW - timedelta(days=7)


@pytest.mark.parametrize(("said", "sent"), [("1901-01-01", "8999-01-01"), ("1970-01-01", "2106-01-01")])
def test_a_distance_of_more_than_a_life_corrects_nothing(said: str, sent: str) -> None:
    assert moment(timestamp=said, sentAt=sent) == datetime.fromisoformat(f"{said}T00:00:00+00:00")

"""Days, weeks and months of a report: where they begin, wherever the company is and whatever the clocks do."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.request import Request

from feedback import reporting
from feedback.api.reports import period
from feedback.reporting import Scope
from feedback.tests.factories import make_response, make_survey

MADRID = ZoneInfo("Europe/Madrid")
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=MADRID), datetime(2026, 4, 1, tzinfo=MADRID)


def answered(*moments: datetime) -> None:
    survey = make_survey()
    for at in moments:
        make_response(9, at=at, survey=survey)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "week"),
    [
        ("Pacific/Auckland", date(2026, 1, 5)),  # Monday, one in the night
        ("Europe/Madrid", date(2025, 12, 29)),
        ("Pacific/Honolulu", date(2025, 12, 29)),
        ("Asia/Kathmandu", date(2025, 12, 29)),
    ],
)
def test_the_same_answer_falls_into_the_week_of_where_the_company_is(settings: Settings, zone: str, week: date) -> None:
    settings.TIME_ZONE = zone
    here = ZoneInfo(zone)
    answered(datetime(2026, 1, 4, 12, tzinfo=UTC))
    report = reporting.nps_report(None, datetime(2025, 12, 1, tzinfo=here), datetime(2026, 2, 1, tzinfo=here))
    assert [entry["start"] for entry in report["series"]] == [week]


@pytest.mark.django_db
def test_day_of_twenty_five_hours_has_all_of_its_answers() -> None:
    scope = Scope("nps", datetime(2026, 10, 24, tzinfo=MADRID), datetime(2026, 10, 27, tzinfo=MADRID))
    answered(
        datetime(2026, 10, 24, 23, 59, 59, tzinfo=MADRID),
        datetime(2026, 10, 25, 0, 0, tzinfo=MADRID),
        datetime(2026, 10, 25, 23, 59, 59, tzinfo=MADRID),  # 25 hours after its midnight
        datetime(2026, 10, 26, 0, 0, tzinfo=MADRID),
    )
    by_day = {start: sum(counts.values()) for start, counts in reporting.by_step(scope, "day").items()}
    assert by_day == {date(2026, 10, 24): 1, date(2026, 10, 25): 2, date(2026, 10, 26): 1}


@pytest.mark.parametrize(
    ("since", "until", "step", "starts"),
    [
        (date(2026, 1, 5), date(2026, 1, 12), "week", [date(2026, 1, 5)]),  # Monday to Monday: one week
        (date(2026, 1, 4), date(2026, 1, 6), "week", [date(2025, 12, 29), date(2026, 1, 5)]),
        (date(2026, 1, 31), date(2026, 2, 1), "month", [date(2026, 1, 1)]),
        (date(2028, 2, 29), date(2028, 3, 2), "month", [date(2028, 2, 1), date(2028, 3, 1)]),
        (date(2026, 1, 5), date(2026, 1, 5), "day", []),
        (date(2026, 12, 31), date(2027, 1, 2), "day", [date(2026, 12, 31), date(2027, 1, 1)]),
    ],
)
def test_steps_begin_with_the_one_that_the_first_day_lies_in(
    since: date, until: date, step: str, starts: list[date]
) -> None:
    scope = Scope("nps", datetime.combine(since, time.min, MADRID), datetime.combine(until, time.min, MADRID))
    assert [start.date() for start in reporting.beginnings(scope, step)] == starts


def test_period_by_the_api_ends_with_the_company_s_day_wherever_the_reader_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 31, 0, 30, tzinfo=MADRID))
    with timezone.override("Pacific/Honolulu"):  # still the 30th
        since, until = period(Request(RequestFactory().get("/")))
    assert (since.isoformat(), until.isoformat()) == ("2025-12-31T00:00:00+01:00", "2026-04-01T00:00:00+02:00")


def test_periods_before_follow_one_another_without_a_gap() -> None:
    scope = Scope("nps", SINCE, UNTIL, inbox_id=3, language="es")
    earlier = scope.previous.previous
    assert (earlier.until, earlier.until - earlier.since) == (scope.previous.since, UNTIL - SINCE)
    assert (earlier.inbox_id, earlier.language, earlier.survey) == (3, "es", None)

"""What a report is about, read from its address: periods in whole local days, and what becomes of nonsense."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from crm.models import Team
from feedback.forms.report import ReportForm
from feedback.tests.factories import make_channel, make_survey, make_user

pytestmark = pytest.mark.django_db
MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 3, 31, 0, 30, tzinfo=MADRID)  # still the 30th in UTC


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def form(**given: str) -> ReportForm:
    return ReportForm(given, kind="nps", user=make_user("manager"))


def days(found: ReportForm) -> tuple[date, date]:
    """The first and the last day that it counts."""
    scope = found.scope
    assert (scope.since.hour, scope.until.hour) == (0, 0)
    return scope.since.date(), scope.until.date() - timedelta(days=1)


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ({}, date(2026, 1, 1), date(2026, 3, 31)),
        ({"period": "30"}, date(2026, 3, 2), date(2026, 3, 31)),
        ({"period": "90"}, date(2026, 1, 1), date(2026, 3, 31)),
        ({"period": "365"}, date(2025, 4, 1), date(2026, 3, 31)),
        ({"period": "own"}, date(2026, 1, 1), date(2026, 3, 31)),
        ({"period": "own", "until": "2026-02-01"}, date(2026, 1, 1), date(2026, 3, 31)),
        ({"period": "own", "since": "2026-03-01"}, date(2026, 3, 1), date(2026, 3, 31)),
        ({"period": "own", "since": "2026-02-01", "until": "2026-02-28"}, date(2026, 2, 1), date(2026, 2, 28)),
        ({"period": "own", "since": "2026-02-01", "until": "2026-02-01"}, date(2026, 2, 1), date(2026, 2, 1)),
        ({"period": "30", "since": "2026-02-01", "until": "2026-02-01"}, date(2026, 3, 2), date(2026, 3, 31)),
        ({"period": "7"}, date(2026, 1, 1), date(2026, 3, 31)),
        ({"period": "own", "since": "yesterday"}, date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_periods_are_whole_days_with_today_included(given: dict[str, str], first: date, last: date) -> None:
    assert days(form(**given)) == (first, last)


def test_today_is_the_company_s_day_wherever_the_reader_is() -> None:
    with timezone.override("Pacific/Honolulu"):  # still the 30th
        assert days(form()) == (date(2026, 1, 1), date(2026, 3, 31))
        own = form(period="own", since="2026-03-31")
        assert (own.errors, days(own)) == ({}, (date(2026, 3, 31), date(2026, 3, 31)))


def test_days_begin_at_midnight_where_the_company_is() -> None:
    scope = form(period="own", since="2026-03-28", until="2026-03-29").scope  # the clocks change in the second night

    assert scope.since.astimezone(ZoneInfo("UTC")).isoformat() == "2026-03-27T23:00:00+00:00"
    assert scope.until.astimezone(ZoneInfo("UTC")).isoformat() == "2026-03-29T22:00:00+00:00"


BACKWARDS = "The last day lies before the first one."


@pytest.mark.parametrize(
    ("since", "until", "field", "sentence"),
    [
        ("2026-03-02", "2026-03-01", "until", BACKWARDS),
        ("2026-04-01", "", "until", BACKWARDS),
        ("0001-01-01", "", "since", "Ensure this value is greater than or equal to 1970-01-01."),
        ("1969-12-31", "", "since", "Ensure this value is greater than or equal to 1970-01-01."),
        ("2026-01-01", "9999-12-31", "until", "Ensure this value is less than or equal to 2100-01-01."),
    ],
)
def test_own_days_that_make_no_period_are_named_and_the_usual_one_is_shown(
    since: str, until: str, field: str, sentence: str
) -> None:
    found = form(period="own", since=since, until=until)

    assert days(found) == (date(2026, 1, 1), date(2026, 3, 31))
    assert found.errors == {field: [sentence]}


def test_own_dates_without_a_first_day_ask_for_it_and_keep_what_else_was_chosen() -> None:
    waiting = form(period="own", language="es")

    assert (waiting.waits_for_a_day, waiting.scope.language) == (True, "es")
    assert days(waiting) == (date(2026, 1, 1), date(2026, 3, 31))
    assert not form(period="own", since="2026-03-01").waits_for_a_day
    assert not form().waits_for_a_day


@pytest.mark.parametrize(("since", "until"), [("1970-01-01", "2100-01-01"), ("2100-01-01", "2100-01-01")])
def test_farthest_days_still_have_a_period_before_them(since: str, until: str) -> None:
    scope = form(period="own", since=since, until=until).scope

    assert scope.previous.until == scope.since
    assert scope.previous.since < scope.since


@pytest.mark.parametrize(
    ("given", "step"),
    [
        ({}, "week"),
        ({"step": "month"}, "month"),
        ({"step": "eon"}, "week"),
        ({"period": "365"}, "month"),
        ({"period": "365", "step": "week"}, "week"),
        ({"period": "own", "since": "2025-01-01", "until": "2025-07-19"}, "week"),  # 200 days
        ({"period": "own", "since": "2025-01-01", "until": "2025-07-20"}, "month"),
    ],
)
def test_long_periods_go_by_months_unless_somebody_chooses(given: dict[str, str], step: str) -> None:
    assert form(**given).chosen_step == step


@pytest.mark.parametrize(("given", "chosen"), [({}, "90"), ({"period": "own"}, "own"), ({"period": "7"}, "90")])
def test_list_of_periods_shows_the_one_that_counts(given: dict[str, str], chosen: str) -> None:
    assert form(**given).chosen_period == chosen


def test_scope_is_of_the_survey_the_inbox_and_the_language_chosen() -> None:
    survey, inbox = make_survey(), make_channel().inbox
    scope = form(survey=str(survey.pk), inbox=str(inbox.pk), language="es").scope

    assert (scope.kind, scope.survey, scope.inbox_id, scope.language) == ("nps", survey, inbox.pk, "es")


def test_one_wrong_choice_takes_the_others_along() -> None:
    """Half of a filter would look like the whole of it."""
    scope = form(period="30", language="xx").scope

    assert (scope.language, (scope.until - scope.since).days) == ("", 90)


def test_surveys_of_another_kind_and_inboxes_of_other_teams_cannot_be_chosen() -> None:
    team = Team.objects.create(name="Elsewhere")
    hidden = make_channel(team=team).inbox
    found = ReportForm({"inbox": str(hidden.pk)}, kind="csat", user=make_user("agent"))
    make_survey()

    assert found.scope.inbox_id is None
    assert list(found.fields["survey"].queryset) == []  # type: ignore[attr-defined]
    assert [code for code, _name in found.fields["language"].choices] == ["", "en", "es"]  # type: ignore[attr-defined]

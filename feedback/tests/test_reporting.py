from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback import reporting
from feedback.models import Response
from feedback.reporting import Cell, Rate, Scope
from feedback.tests.factories import (
    make_channel,
    make_conversation,
    make_invitation,
    make_response,
    make_survey,
    make_user,
)

pytestmark = pytest.mark.django_db
MADRID = ZoneInfo("Europe/Madrid")
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=MADRID), datetime(2026, 4, 1, tzinfo=MADRID)
NOON = datetime(2026, 1, 7, 12, tzinfo=MADRID)  # a Wednesday


def answers(scores: Iterable[int], at: datetime = NOON, **fields: object) -> None:
    for score in scores:
        make_response(score, at=at, **fields)  # type: ignore[arg-type]


def test_report_is_the_score_with_its_interval_and_n() -> None:
    answers([9, 10, 9, 10, 9, 10, 9, 10, 7, 3])
    report = reporting.nps_report(None, SINCE, UNTIL)
    assert (report["n"], report["score"], report["confidence"], report["display"]) == (10, 70.0, 0.95, "low")
    assert (round(report["ci_low"], 2), round(report["ci_high"], 2)) == (14.73, 92.96)
    assert report["bands"] == {"detractor": 1, "passive": 1, "promoter": 8}
    assert [entry["n"] for entry in report["distribution"]] == [0, 0, 0, 1, 0, 0, 0, 1, 0, 4, 4]
    assert report["groups"] == []


def test_report_without_answers_has_no_score() -> None:
    make_survey()
    report = reporting.nps_report(None, SINCE, UNTIL)
    assert (report["n"], report["score"], report["ci_low"], report["display"]) == (0, None, None, "hidden")
    assert report["series"] == []


def test_weeks_without_answers_stand_between_those_with_some() -> None:
    scope, some = Scope("nps", SINCE, UNTIL), {9: 5}
    first, last = date(2026, 1, 12), date(2026, 1, 26)
    between = reporting.every_step(scope, "week", {first: some, last: some})
    assert between == {first: some, date(2026, 1, 19): {}, last: some}
    assert reporting.every_step(scope, "week", {}) == {}


@pytest.mark.parametrize("state", ["provisional", "suspected_bot", "test"])
def test_report_counts_confirmed_answers_only(state: str) -> None:
    make_response(9, at=NOON)
    make_response(0, at=NOON, state=state)
    assert reporting.nps_report(None, SINCE, UNTIL)["n"] == 1


def test_report_takes_the_first_moment_and_leaves_out_the_last() -> None:
    answers([10], at=SINCE)
    answers([0], at=UNTIL)
    answers([0], at=SINCE - timedelta(seconds=1))
    assert reporting.nps_report(None, SINCE, UNTIL)["score"] == 100.0


def test_report_of_one_survey_leaves_out_the_others() -> None:
    other = make_survey(name="Another")
    make_response(0, at=NOON, survey=other)
    survey = make_survey()
    make_response(10, at=NOON, survey=survey)
    assert reporting.nps_report(survey, SINCE, UNTIL)["score"] == 100.0
    assert reporting.nps_report(None, SINCE, UNTIL)["score"] == 0.0


def test_series_has_a_step_for_each_week_with_answers_in_local_time() -> None:
    answers([10], at=datetime(2026, 1, 5, 0, 30, tzinfo=MADRID))  # Monday; still Sunday in UTC
    answers([0], at=datetime(2026, 1, 11, 23, 30, tzinfo=MADRID))
    answers([7], at=datetime(2026, 1, 26, 12, tzinfo=MADRID))
    series = reporting.nps_report(None, SINCE, UNTIL)["series"]
    assert [(entry["start"], entry["n"], entry["score"]) for entry in series] == [
        (date(2026, 1, 5), 2, 0.0),
        (date(2026, 1, 26), 1, 0.0),
    ]


def test_series_by_month() -> None:
    answers([10], at=NOON)
    answers([10, 0], at=datetime(2026, 2, 1, 0, 0, 1, tzinfo=MADRID))
    series = reporting.nps_report(None, SINCE, UNTIL, "month")["series"]
    assert [(entry["start"], entry["n"]) for entry in series] == [(date(2026, 1, 1), 1), (date(2026, 2, 1), 2)]


def test_groups_by_language_come_largest_first() -> None:
    answers([10, 10, 0], language="es")
    answers([10], language="en")
    groups = reporting.nps_report(None, SINCE, UNTIL, "language")["groups"]
    assert [(group["key"], group["n"], group["display"]) for group in groups] == [
        ("es", 3, "hidden"),
        ("en", 1, "hidden"),
    ]


def test_groups_by_inbox_and_agent_have_names() -> None:
    conversation = make_conversation(make_channel())
    conversation.assignee = make_user("agent", email="pau@casa.example")
    conversation.save()
    make_response(9, at=NOON, conversation=conversation)
    make_response(9, at=NOON)
    by_inbox = reporting.nps_report(None, SINCE, UNTIL, "inbox")["groups"]
    by_agent = reporting.nps_report(None, SINCE, UNTIL, "agent")["groups"]
    assert {group["label"] for group in by_inbox} == {conversation.inbox.name, ""}
    assert {group["label"] for group in by_agent} == {"pau@casa.example", ""}


def test_report_refuses_an_unknown_grouping() -> None:
    with pytest.raises(ValueError, match=r"Choose one of: day, week, month, inbox, language, agent, survey\."):
        reporting.nps_report(None, SINCE, UNTIL, "mood")


def test_scope_filters_by_inbox_and_language() -> None:
    conversation = make_conversation(make_channel())
    make_response(10, at=NOON, conversation=conversation, language="es")
    make_response(0, at=NOON, conversation=conversation, language="en")
    make_response(0, at=NOON, language="es")
    scope = Scope("nps", SINCE, UNTIL, inbox_id=conversation.inbox_id, language="es")
    assert reporting.count(scope) == {10: 1}


def test_previous_period_ends_where_this_one_begins() -> None:
    previous = Scope("nps", SINCE, UNTIL).previous
    assert (previous.until, previous.until - previous.since) == (SINCE, UNTIL - SINCE)


def test_response_rate_is_answered_of_delivered() -> None:
    survey = make_survey()
    make_response(9, at=NOON, survey=survey)
    make_invitation(survey, asked_at=NOON)
    make_invitation(survey, asked_at=NOON, is_test=True)
    survey.invitations.create(cause_key="held", suppressed="asked_recently", asked_at=NOON)
    rate = reporting.response_rate(Scope("nps", SINCE, UNTIL))
    assert rate == Rate(answered=1, delivered=2)
    assert rate.share == 0.5
    assert rate.interval is not None
    assert [round(end, 4) for end in rate.interval] == [0.0945, 0.9055]


def test_response_rate_of_nobody_is_unknown() -> None:
    rate = reporting.response_rate(Scope("nps", SINCE, UNTIL))
    assert (rate.share, rate.interval) == (None, None)


def test_report_reads_the_same_number_of_times_for_one_and_for_thirty_answers() -> None:
    queries = []
    for scores in ([9], [9, 3, 7] * 10):
        answers(scores)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            reporting.nps_report(None, SINCE, UNTIL, "language")
        queries.append(len(captured))
    assert queries == [4, 4]


def test_visible_to_shows_others_only_confirmed_answers_of_their_customers() -> None:
    confirmed, provisional = make_response(9), make_response(9, state="provisional")
    own = make_response(3)
    seller, contact = make_user("sales"), own.invitation.contact
    assert contact is not None
    for response in (confirmed, provisional):
        other = response.invitation.contact
        assert other is not None
        other.owner = make_user("sales")
        other.save()
    contact.owner = seller
    contact.save()
    assert set(Response.objects.visible_to(make_user("manager"))) == {confirmed, provisional, own}
    assert set(Response.objects.visible_to(make_user("agent"))) == {confirmed, own}
    assert set(Response.objects.visible_to(seller)) == {own}


def test_steps_begin_at_local_midnight_also_when_the_clocks_change() -> None:
    scope = Scope("nps", datetime(2026, 3, 27, tzinfo=MADRID), datetime(2026, 3, 31, tzinfo=MADRID))
    assert [start.utcoffset() for start in reporting.beginnings(scope, "day")] == [
        timedelta(hours=1),
        timedelta(hours=1),
        timedelta(hours=1),
        timedelta(hours=2),
    ]
    assert [start.date() for start in reporting.beginnings(scope, "week")] == [date(2026, 3, 23), date(2026, 3, 30)]
    assert [start.date() for start in reporting.beginnings(scope, "month")] == [date(2026, 3, 1)]


def test_rate_counts_those_asked_in_the_period_through_the_inbox_whatever_their_language() -> None:
    conversation = make_conversation(make_channel())
    survey = make_survey()
    make_response(9, at=NOON, survey=survey, conversation=conversation, language="en")
    for asked_at in (SINCE, UNTIL, SINCE - timedelta(seconds=1)):
        make_invitation(survey, asked_at=asked_at, conversation=conversation)
    make_invitation(survey, asked_at=NOON)
    scope = Scope("nps", SINCE, UNTIL, inbox_id=conversation.inbox_id, language="es")
    assert reporting.response_rate(scope) == Rate(answered=1, delivered=2)


def test_groups_of_one_size_stand_in_the_order_of_their_names() -> None:
    plugin = Scope("nps", SINCE, UNTIL).plugin
    start = SINCE.date()
    counted = [Cell(start, 9, None, code, n) for code, n in (("fr", 1), ("es", 5), ("en", 1), ("es", 2))]
    groups = reporting.groups_of(plugin, counted, "language")
    assert [(group["key"], group["n"], group["score"]) for group in groups] == [
        ("es", 7, 100.0),
        ("en", 1, 100.0),
        ("fr", 1, 100.0),
    ]


def test_months_follow_one_another_over_the_end_of_the_year() -> None:
    scope = Scope("nps", datetime(2025, 11, 30, tzinfo=MADRID), datetime(2026, 2, 1, tzinfo=MADRID))
    assert [start.date() for start in reporting.beginnings(scope, "month")] == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]


def test_cells_counted_in_one_pass_tell_the_same_as_steps_and_groups() -> None:
    conversation = make_conversation(make_channel())
    answers([10, 9, 0], language="es")
    answers([7], at=datetime(2026, 2, 1, 12, tzinfo=MADRID), language="en")
    make_response(9, at=NOON, conversation=conversation)
    scope = Scope("nps", SINCE, UNTIL)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        counted = reporting.cells(scope, "month", "inbox_id", "language")
    assert len([q for q in queries if "feedback_response" in q["sql"]]) == 1
    assert reporting.steps_of(counted) == reporting.by_step(scope, "month")
    for by in ("inbox", "language"):
        assert reporting.groups_of(scope.plugin, counted, by) == reporting.groups(scope, by)

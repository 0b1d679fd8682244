"""The NPS report over a year of answers: the figures alone, the whole page, and its list of words when searched.

The baseline is one `SELECT count(*)` over the same answers: what it costs to look at each of them once.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from bench.measurement import Measurement, Scale, median_seconds, seconds
from crm.models import User
from feedback.actions import shipped
from feedback.models import Response, Survey
from feedback.reporting import nps_report

ANSWERS = {"small": 100_000, "full": 1_000_000}
DAYS = 365
TIMES = 40

_CONTACTS = """
INSERT INTO crm_contact (first_name, last_name, language, timezone, feeling, traits, custom, search, created_at,
                         last_activity_at)
SELECT 'Person', n, 'es', '', '', '{}', '{}', '', now(), now() FROM generate_series(1, %s) AS n"""
_INVITATIONS = """
INSERT INTO feedback_invitation (survey_id, version_id, contact_id, cause_key, channel, suppressed, is_test, token_hash,
                                 asked_at, answered_at, expires_at)
SELECT %s, %s, c.id, 'bench:' || n, 'email', '', false, lpad(to_hex(n), 64, '0'),
       at, CASE WHEN n %% 5 < 2 THEN at END, at + interval '30 days'
FROM (SELECT n, now() - n * (interval '365 days' / %s) AS at FROM generate_series(1, %s) AS n) AS times
JOIN (SELECT id, row_number() OVER () AS number FROM crm_contact) AS c ON c.number = 1 + n %% %s"""
_RESPONSES = """
INSERT INTO feedback_response (invitation_id, survey_id, state, score, band, comment, language, submitted_at, glances,
                               edits, created_at)
SELECT id, survey_id, 'confirmed', score,
       CASE WHEN score < 7 THEN 'detractor' WHEN score < 9 THEN 'passive' ELSE 'promoter' END,
       CASE WHEN id % 2 = 0 THEN 'The parcel number ' || id || ' came late and the box was open' ELSE '' END,
       CASE WHEN id % 3 = 0 THEN 'en' ELSE 'es' END, answered_at, '[]', '[]', answered_at
FROM (SELECT *, (ARRAY[10, 9, 10, 9, 8, 7, 10, 9, 3, 6, 10, 8])[1 + id % 12] AS score
      FROM feedback_invitation WHERE answered_at IS NOT NULL) AS answered"""


def measure(scale: Scale) -> Iterator[Measurement]:
    settings.ALLOWED_HOSTS = ["testserver"]
    survey = _fill(ANSWERS[scale])
    until = timezone.now()
    since = until - timedelta(days=DAYS)
    counted = median_seconds(lambda: _count(since, until), 20) * 1000
    client = _manager()
    calls: dict[str, Callable[[], object]] = {
        "nps_figures": lambda: nps_report(survey, since, until),
        "nps_figures_by_language": lambda: nps_report(survey, since, until, "language"),
        "nps_page": lambda: client.get("/reports/nps/?period=365"),
        "nps_words_searched": lambda: client.get("/reports/nps/?period=365&q=99999", headers={"HX-Target": "answers"}),
    }
    for metric, call in calls.items():
        yield _measure(metric, call, scale, counted)


def _measure(metric: str, call: Callable[[], object], scale: Scale, counted: float) -> Measurement:
    call()
    samples = [seconds(call) * 1000 for _ in range(TIMES)]
    note = f"{ANSWERS[scale]:,} answers in a year; baseline: SELECT count(*) of them"
    return Measurement.of("reports", metric, samples, "ms", scale=scale, baseline=counted, note=note)


def _count(since: datetime, until: datetime) -> int:
    return Response.objects.confirmed().between(since, until).count()


def _fill(answers: int) -> Survey:
    """Two of five who are asked answer; every other answer has words."""
    survey = shipped.relationship_nps(company="Bench")
    asked, people = answers * 5 // 2, max(1, answers // 10)
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, [people])
        cursor.execute(_INVITATIONS, [survey.pk, survey.live_version_id, asked, asked, people])
        cursor.execute(_RESPONSES)
        cursor.execute("VACUUM ANALYZE feedback_invitation, feedback_response")
    return survey


def _manager() -> Client:
    client = Client()
    manager = User.objects.create_user("manager@bench.example", "a long password 42", roles=("manager",))
    client.force_login(manager, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client

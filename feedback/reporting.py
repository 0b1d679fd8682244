"""What surveys say: the one source of figures for pages, API and exports.

Only confirmed answers count. Periods are [since, until), moments with a time zone; weeks begin on Monday in the
installation's time zone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from django.db.models import Count, F, Func, IntegerField, Q, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.kinds.base import SurveyKind, kinds
from feedback.models import Invitation, Response, Survey
from feedback.models.response import ResponseQuerySet
from feedback.statistics import Estimate, wilson
from omnichannel.models import Inbox

STEPS = ("day", "week", "month")
# by → the columns that name a group: its key and what people read
GROUPS = {
    "inbox": ("inbox_id", "inbox__name"),
    "language": ("language", "language"),
    "agent": ("invitation__agent_id", "invitation__agent__email"),
    "survey": ("survey_id", "survey__name"),
}
LENGTHS = {"day": timedelta(days=1), "week": timedelta(days=7)}
Counts = Mapping[int, int]  # score → answers


@dataclass(frozen=True)
class Scope:
    """Which answers a report is about. `survey` None: all surveys of the kind."""

    kind: str
    since: datetime
    until: datetime
    survey: Survey | None = None
    inbox_id: int | None = None
    language: str = ""

    @property
    def plugin(self) -> SurveyKind:
        return kinds.get(self.kind)()

    @property
    def previous(self) -> Self:
        """The period of the same length right before."""
        return replace(self, since=self.since - (self.until - self.since), until=self.since)

    def responses(self) -> ResponseQuerySet:
        rows = Response.objects.confirmed().between(self.since, self.until).filter(self._survey())
        if self.inbox_id is not None:
            rows = rows.filter(inbox=self.inbox_id)
        return rows.filter(language=self.language) if self.language else rows

    def _survey(self) -> Q:
        """By ids rather than by a join, so that the report's index is read from end to end."""
        if self.survey is not None:
            return Q(survey=self.survey)
        return Q(survey__in=list(Survey.objects.of_kind(self.kind).values_list("pk", flat=True)))

    def invitations(self) -> Any:
        rows = Invitation.objects.delivered().filter(self._survey(), asked_at__gte=self.since, asked_at__lt=self.until)
        return rows if self.inbox_id is None else rows.filter(inbox=self.inbox_id)


@dataclass(frozen=True)
class Rate:
    """Answered of delivered, of those asked in the period; `low` and `high` by Wilson. Shares from 0 to 1."""

    answered: int
    delivered: int

    @property
    def share(self) -> float | None:
        return self.answered / self.delivered if self.delivered else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.answered, self.delivered) if self.delivered else None


def nps_report(survey: Survey | None, since: datetime, until: datetime, by: str = "week") -> dict[str, Any]:
    """The NPS of one survey, or of all. Same as `report` for the kind "nps"."""
    return report(Scope("nps", since, until, survey), by)


def report(scope: Scope, by: str = "week") -> dict[str, Any]:
    """{n, score, ci_low, ci_high, confidence, display, distribution, bands, groups[], series[]}.

    `by` day, week or month: the step of the series. Any of GROUPS: groups by it, the series by week.
    Scores are not rounded, and None without answers. `display` ("hidden", "low", "full") says how much a page should
    make of them. Raises ValueError for an unknown `by`.
    """
    if by not in STEPS and by not in GROUPS:
        raise ValueError(_("Choose one of: %(names)s.") % {"names": ", ".join([*STEPS, *GROUPS])})
    steps = by_step(scope, by if by in STEPS else "week")
    counts = total(steps)
    return {
        **_figures(scope.plugin.estimate(counts)),
        "distribution": [{"score": score, "n": counts.get(score, 0)} for score in scope.plugin.scale],
        "bands": band_counts(scope.plugin, counts),
        "groups": groups(scope, by) if by in GROUPS else [],
        "series": told(scope.plugin, steps),
    }


def _figures(estimate: Estimate) -> dict[str, Any]:
    return {
        "n": estimate.n,
        "score": estimate.score,
        "ci_low": estimate.low,
        "ci_high": estimate.high,
        "confidence": estimate.confidence,
        "display": str(estimate.display),
    }


def count(scope: Scope) -> Counts:
    rows = scope.responses().order_by().values_list("score").annotate(n=Count("*"))
    return {score: n for score, n in rows if score is not None}


def band_counts(plugin: SurveyKind, counts: Counts) -> dict[str, int]:
    return {band.slug: sum(counts.get(score, 0) for score in band.scores) for band in plugin.bands}


def series(scope: Scope, step: str) -> list[dict[str, Any]]:
    """One entry for each step that has answers, oldest first."""
    return told(scope.plugin, by_step(scope, step))


def told(plugin: SurveyKind, steps: Mapping[date, Counts]) -> list[dict[str, Any]]:
    return [{"start": start, **_figures(plugin.estimate(steps[start]))} for start in sorted(steps)]


def every_step(scope: Scope, step: str, steps: Mapping[date, Counts]) -> dict[date, Counts]:
    """From the first to the last one with answers, those between without any too."""
    days = [_local(start).date() for start in beginnings(scope, step)]
    return {day: steps.get(day, {}) for day in days if steps and min(steps) <= day <= max(steps)}


def total(steps: Mapping[date, Counts]) -> Counts:
    return sum((Counter(counts) for counts in steps.values()), Counter())


def by_step(scope: Scope, step: str) -> dict[date, Counts]:
    """Answers by score for each step, told by its first day."""
    return steps_of(cells(scope, step))


@dataclass(frozen=True)
class Cell:
    """How many gave this score in this step, told by its first day, through this inbox and in this language."""

    start: date
    score: int
    inbox_id: int | None
    language: str
    n: int


def cells(scope: Scope, step: str, *by: str) -> list[Cell]:
    """The answers, counted in one pass over the report's index; by "inbox_id" and "language" where asked for.

    The steps' beginnings go into the query, so that the database compares moments; asking it for the local week of
    each answer took five times as long.
    """
    starts = beginnings(scope, step)
    days = [_local(start).date() for start in starts]
    bucket = Func(F("submitted_at"), Value(starts), function="width_bucket", output_field=IntegerField())
    rows = scope.responses().order_by().annotate(step=bucket).values("step", "score", *by).annotate(n=Count("*"))
    return [
        Cell(days[row["step"] - 1], row["score"], row.get("inbox_id"), row.get("language", ""), row["n"])
        for row in rows
    ]


def steps_of(counted: Iterable[Cell]) -> dict[date, Counts]:
    found: dict[date, Counter[int]] = defaultdict(Counter)
    for cell in counted:
        found[cell.start][cell.score] += cell.n
    return dict(found)


def groups_of(plugin: SurveyKind, counted: Iterable[Cell], by: str) -> list[dict[str, Any]]:
    """The same as `groups`, by "inbox" or "language", from what was counted already; one query for inboxes' names."""
    by_key: dict[Any, Counter[int]] = defaultdict(Counter)
    for cell in counted:
        by_key[cell.inbox_id if by == "inbox" else cell.language][cell.score] += cell.n
    if by == "language":
        return _grouped(plugin, {(key, key): counts for key, counts in by_key.items()})
    names = dict(Inbox.objects.filter(pk__in=[key for key in by_key if key]).values_list("pk", "name"))
    return _grouped(plugin, {(key, names.get(key, "")): counts for key, counts in by_key.items()})


def beginnings(scope: Scope, step: str) -> list[datetime]:
    """The first moments of all steps that the scope touches, in the installation's time zone."""
    day = _local(scope.since).date()
    day -= timedelta(days={"day": 0, "week": day.weekday(), "month": day.day - 1}[step])
    found = []
    while (start := datetime.combine(day, time.min, timezone.get_default_timezone())) < scope.until:
        found.append(start)
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1) if step == "month" else day + LENGTHS[step]
    return found


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment, timezone.get_default_timezone())


def groups(scope: Scope, by: str) -> list[dict[str, Any]]:
    """One entry for each group, the largest first."""
    key, label = GROUPS[by]
    rows = scope.responses().order_by().values_list(key, label, "score").annotate(n=Count("*"))
    by_key: dict[tuple[Any, str], Counter[int]] = defaultdict(Counter)
    for value, name, score, n in rows:
        by_key[value, name or ""][score] += n
    return _grouped(scope.plugin, by_key)


def _grouped(plugin: SurveyKind, counted: Mapping[tuple[Any, str], Counts]) -> list[dict[str, Any]]:
    found = [
        {"key": value, "label": name, **_figures(plugin.estimate(counts))} for (value, name), counts in counted.items()
    ]
    return sorted(found, key=lambda group: (-group["n"], str(group["label"])))


def response_rate(scope: Scope) -> Rate:
    """Of those asked in the period. A language filter does not apply: who stayed silent has no answer's language."""
    asked = scope.invitations().aggregate(delivered=Count("*"), answered=Count("answered_at"))
    return Rate(asked["answered"], asked["delivered"])

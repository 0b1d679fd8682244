"""From numbers to what a manager reads: charts, sentences, links. Figures come from feedback.reporting alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.forms.report import ReportForm
from feedback.kinds.base import SurveyKind
from feedback.reporting import (
    Cell,
    Rate,
    Scope,
    band_counts,
    cells,
    count,
    every_step,
    groups_of,
    response_rate,
    steps_of,
    told,
    total,
)
from feedback.statistics import Change, Display, Estimate, sample_size, sample_size_for_change
from kernel import charts

MARGIN = 10  # points: what a manager usually wants to know a score to
BREAKDOWN = ("inbox_id", "language")  # counted together with the steps: one pass over the answers for the whole page
BAND_WIDTH = 480  # units of the band bar's viewBox


@dataclass(frozen=True)
class Segment:
    """One band in the bar of bands: a link to the answers behind it."""

    slug: str
    label: str
    n: int
    share: str
    feeling: str
    x: str
    width: str
    url: str
    current: bool


def overview(scope: Scope, form: ReportForm, query: QueryDict) -> dict[str, Any]:
    """Everything above the verbatims."""
    plugin, counted = scope.plugin, cells(scope, form.chosen_step, *BREAKDOWN)
    steps = steps_of(counted)
    counts, before = total(steps), count(scope.previous)
    estimate = plugin.estimate(counts)
    period = spell_period(scope)
    return {
        "estimate": estimate,
        "period": period,
        **spell_estimate(estimate),
        "steps": _steps(form.chosen_step, query),
        "interval": _interval(plugin, estimate),
        "distribution": _distribution(plugin, counts),
        "segments": segments(plugin, counts, query),
        **_moved(told(plugin, every_step(scope, form.chosen_step, steps)), form.chosen_step, period),
        "change": spell_change(plugin.change(before, counts), estimate, before),
        "rate": _rate(response_rate(scope)),
        "differences": _differences(plugin, counted),
        "advice": advice(estimate),
    }


def spell_estimate(estimate: Estimate) -> dict[str, Any]:
    """As components/stat.html takes it."""
    figures = {"score": estimate.score, "low": estimate.low, "high": estimate.high}
    spelled = {name: "" if value is None else charts.shown(round(value)) for name, value in figures.items()}
    return {**spelled, "few": estimate.n < charts.FEW}


def _steps(chosen: str, query: QueryDict) -> list[dict[str, Any]]:
    labels = {"week": _("Weeks"), "month": _("Months")}
    return [
        {"label": label, "url": with_query(query, step=step, cursor=""), "current": step == chosen}
        for step, label in labels.items()
    ]


def spell_period(scope: Scope) -> str:
    """ "5 Sept 2026 – 21 Nov 2026": from the first to the last day, both included."""
    first, last = scope.since, scope.until - timedelta(seconds=1)
    return f"{date_format(first, 'DATE_FORMAT')} – {date_format(last, 'DATE_FORMAT')}"


def _interval(plugin: SurveyKind, estimate: Estimate) -> charts.Interval | None:
    if estimate.score is None or estimate.low is None or estimate.high is None:
        return None
    return charts.interval(
        round(estimate.score),
        round(estimate.low),
        round(estimate.high),
        n=estimate.n,
        least=plugin.least,
        most=plugin.most,
        confidence=estimate.confidence,
    )


def _distribution(plugin: SurveyKind, counts: Mapping[int, int]) -> charts.Bars:
    rows = [
        (str(score), counts.get(score, 0), plugin.feeling_of(plugin.score(score).band))
        for score in reversed(plugin.scale)
    ]
    return charts.bars(rows, title=_("How the answers spread"))


def segments(plugin: SurveyKind, counts: Mapping[int, int], query: QueryDict) -> list[Segment]:
    bands = band_counts(plugin, counts)
    n, x, made = sum(bands.values()), 0.0, []
    for band in plugin.bands:
        width = BAND_WIDTH * bands[band.slug] / n if n else 0.0
        share = charts.percent(bands[band.slug] / n) if n else "–"
        current = query.get("band") == band.slug
        url = with_query(query, band="" if current else band.slug, cursor="") + "#answers"
        made.append(
            Segment(
                band.slug,
                str(band.label),
                bands[band.slug],
                share,
                band.feeling,
                charts.number(x),
                charts.number(width),
                url,
                current,
            )
        )
        x += width
    return made


def with_query(query: QueryDict, **changes: str) -> str:
    """The same address with other parameters; "" takes one out."""
    new = query.copy()
    for name, value in changes.items():
        if value:
            new[name] = value
        else:
            new.pop(name, None)
    return f"?{new.urlencode()}"


def _moved(entries: list[dict[str, Any]], step: str, period: str) -> dict[str, Any]:
    """The trend as a picture, and as the table of the same for readers, keyboards and fingers."""
    trend = _trend(entries, step, period)
    rows = [_row(date_format(entry["start"], "DATE_FORMAT"), entry) for entry in entries]
    title = _("Month from") if step == "month" else _("Week from")
    return {"trend": trend, "trend_table": {"title": title, "rows": rows} if trend else None}


def _trend(entries: list[dict[str, Any]], step: str, period: str) -> charts.TrendBand | None:
    """None where fewer than two steps have a score that may be shown."""
    moments = [_moment(entry) for entry in entries]
    title = _("Month by month") if step == "month" else _("Week by week")
    enough = sum(moment.score is not None for moment in moments) > 1
    return charts.trend_band(moments, title=title, period=period) if enough else None


def _moment(entry: dict[str, Any]) -> charts.Moment:
    """Without its score where people could be told apart by it, as in every table."""
    if entry["display"] == Display.HIDDEN:
        return charts.Moment(entry["start"], None, 0, 0, entry["n"])
    score, low, high = (round(entry[name], 1) for name in ("score", "ci_low", "ci_high"))
    return charts.Moment(entry["start"], score, low, high, entry["n"])


def _differences(plugin: SurveyKind, counted: list[Cell]) -> list[dict[str, Any]]:
    """By inbox and by language, where there is more than one of them."""
    languages = {code: str(name) for code, name in settings.LANGUAGES}
    found = []
    for by, title in (("inbox", _("Inbox")), ("language", _("Language"))):
        rows = groups_of(plugin, counted, by)
        if len(rows) > 1:
            found.append({"title": title, "rows": [_difference(row, languages) for row in rows]})
    return found


def _difference(row: dict[str, Any], languages: dict[str, str]) -> dict[str, Any]:
    return _row(languages.get(row["label"], row["label"]) or _("none"), row)


def _row(label: str, figures: dict[str, Any]) -> dict[str, Any]:
    """One line of a table; a score that may not be shown is missing."""
    if figures["display"] == Display.HIDDEN:
        return {"label": label, "n": figures["n"]}
    spelled = {name: charts.shown(round(figures[name])) for name in ("score", "ci_low", "ci_high")}
    return {"label": label, "n": figures["n"], "few": figures["display"] == Display.LOW, **spelled}


def _rate(rate: Rate) -> dict[str, Any]:
    if rate.share is None or rate.interval is None:
        return {"n": 0}
    low, high = rate.interval
    percent = [charts.percent(share) for share in (rate.share, low, high)]
    few = rate.delivered < charts.FEW
    return {"n": rate.delivered, "value": percent[0], "low": percent[1], "high": percent[2], "few": few}


def spell_change(change: Change | None, now: Estimate, before: Mapping[int, int]) -> str:
    """One sentence that a manager can repeat without being wrong."""
    n = sum(before.values())
    if change is None or not n:
        return _("No answers in the period before, so there is nothing to compare with.")
    if min(n, now.n) < charts.FEW:
        return _("Too few answers to compare with the period before (n %(n)s).") % {"n": charts.shown(n)}
    points = round(abs(change.delta))
    values = {
        "points": ngettext("%(n)s point", "%(n)s points", points) % {"n": charts.shown(points)},
        "low": charts.shown(round(change.low)),
        "high": charts.shown(round(change.high)),
        "p": spell_p(change.p),
        "n": charts.shown(n),
    }
    return _verdict(change) % values


def _verdict(change: Change) -> str:
    if change.is_significant and change.delta > 0:
        return _(
            "Up %(points)s on the period before (%(low)s to %(high)s, p %(p)s, n before %(n)s): "
            "more than chance explains."
        )
    if change.is_significant:
        return _(
            "Down %(points)s on the period before (%(low)s to %(high)s, p %(p)s, n before %(n)s): "
            "more than chance explains."
        )
    if not round(change.delta):
        return _("The same as in the period before (%(low)s to %(high)s, p %(p)s, n before %(n)s).")
    if change.delta > 0:
        return _(
            "Up %(points)s on the period before (%(low)s to %(high)s, p %(p)s, n before %(n)s): "
            "chance alone does that often enough."
        )
    return _(
        "Down %(points)s on the period before (%(low)s to %(high)s, p %(p)s, n before %(n)s): "
        "chance alone does that often enough."
    )


def spell_p(p: float) -> str:
    """Two places, a third where it says more: 0.38, 0.08, 0.004."""
    if p < 0.001:
        return f"< {number_format(0.001, 3)}"
    places = 3 if p < 0.1 and round(p, 3) != round(p, 2) else 2
    return number_format(round(p, places), places)


def advice(estimate: Estimate) -> str:
    """What it would take to know more."""
    missing = sample_size(MARGIN) - estimate.n
    if missing <= 0:
        return _("To notice a change of %(points)d points, each period needs about %(n)s answers.") % {
            "points": MARGIN,
            "n": charts.shown(sample_size_for_change(MARGIN)),
        }
    values = {"points": MARGIN, "n": charts.shown(missing)}
    return (
        ngettext(
            "One more answer would bring the interval to ± %(points)d points.",
            "About %(n)s more answers would bring the interval to ± %(points)d points.",
            missing,
        )
        % values
    )

"""Charts as plain numbers: what the SVG partials in templates/components/charts/ draw.

x is in percent of the width, so that a chart fills any column without scaling its text; y is in pixels. Paths know no
percent, so they live in a nested 100-wide viewBox that is stretched, with strokes that are not.

Every chart carries its n, and greys itself where n is below FEW: a chart that cannot be trusted must not look like one
that can. Coordinates are strings with a point, because a template under a Spanish locale would write 12.5 as 12,5 and
break the path.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import floor, log10

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

FEW = 30  # answers below which a score says little: the interval of an NPS is then wider than 50 points


def number(value: float) -> str:
    """A coordinate: at most two decimals, a point whatever the locale."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


@dataclass(frozen=True)
class Scale:
    """Maps the domain `low`..`high` to the range `start`..`end` (start may be the larger one: y grows downwards)."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def path(points: Sequence[tuple[float, float]]) -> str:
    return "".join(f"{'L' if i else 'M'}{number(x)} {number(y)}" for i, (x, y) in enumerate(points))


def closed(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    """The area between two lines over the same x."""
    return path([*upper, *reversed(lower)]) + "Z" if upper else ""


def round_ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Steps of 1, 2, 2.5 or 5 times a power of ten inside low..high, about `wanted` of them."""
    if high <= low:
        return [low]
    rough = (high - low) / wanted
    power = 10.0 ** floor(log10(rough))
    step = next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= rough), 10 * power)
    first = floor(low / step) * step
    ticks = [round(first + i * step, 10) for i in range(int((high - first) / step) + 2)]
    return [tick for tick in ticks if low <= tick <= high]


def shown(value: float) -> str:
    """A figure for readers, in their locale, with a true minus sign; rounded here, as Django would cut it off."""
    value = round(float(value), 1) + 0.0  # no minus before a nought
    places = 0 if value.is_integer() else 1
    return number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True).replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    """ "39%", in Spanish "39 %": `share` from 0 to 1."""
    # Translators: with a no-break space before the sign where the language has one there.
    return _("%(n)s%%") % {"n": shown(round(100 * share))}


@dataclass(frozen=True)
class Point:
    x: str
    y: str  # "" for a place on the axis without a dot
    title: str = ""
    label: str = ""
    anchor: str = "middle"
    few: bool = False


@dataclass(frozen=True)
class Tick:
    at: str
    label: str
    text: str = ""


@dataclass(frozen=True)
class Sparkline:
    """A series without axes, in a box of 96 × 24; `n` counts the answers behind it, not the points."""

    line: str
    area: str
    last: Point
    n: int
    label: str


def sparkline(values: Sequence[float | None], *, n: int, label: str) -> Sparkline:
    """None is a gap: nothing is drawn across it, and what stands alone between two is a short stroke. ValueError
    without values: the page then shows the figure alone."""
    known = [value for value in values if value is not None]
    if not known:
        raise ValueError("A sparkline needs at least one value.")
    x = Scale(0, max(1, len(values) - 1), 4, 92)
    y = Scale(min(known), max(known), 20, 4)
    runs = [
        [(x(i), y(value)) for i, value in run if value is not None]
        for is_gap, run in groupby(enumerate(values), key=lambda entry: entry[1] is None)
        if not is_gap
    ]
    alone = [[(px - 1, py), (px + 1, py)] for [(px, py), *more] in runs[:-1] if not more]  # the last one has a dot
    areas = [closed(run, [(px, 24.0) for px, _py in run]) for run in runs]
    last = Point(number(runs[-1][-1][0]), number(runs[-1][-1][1]))
    return Sparkline("".join(map(path, [*runs, *alone])), "".join(areas), last, n, label)


@dataclass(frozen=True)
class Bar:
    label: str
    y: str
    text_y: str
    width: str
    value_text: str
    feeling: str


ROW = 26  # pixels a bar
LEFT, LEFT_OF_FIGURES = 30, 8  # percent of the width for labels: words, or numbers as those of a scale
RIGHT = 24  # percent of the width for a bar's own figures


@dataclass(frozen=True)
class Bars:
    bars: list[Bar]
    n: int
    title: str
    period: str
    height: int
    left: int
    room: str

    @property
    def few(self) -> bool:
        return self.n < FEW

    @property
    def spoken(self) -> str:
        return f"{self.title}: " + ", ".join(f"{bar.label} {bar.value_text}" for bar in self.bars) + f" (n {self.n})"


Count = tuple[str, int] | tuple[str, int, str]


def bars(counts: Sequence[Count], *, title: str = "", period: str = "") -> Bars:
    """`counts`: (label, count) or (label, count, feeling); figures are shares of their sum, which is n."""
    n = sum(row[1] for row in counts)
    most = max((row[1] for row in counts), default=0) or 1
    left = LEFT_OF_FIGURES if all(len(row[0]) < 4 for row in counts) else LEFT
    room = 100.0 - left - RIGHT
    rows = [_bar(i, row, n, room / most) for i, row in enumerate(counts)]
    return Bars(rows, n, title, period, height=ROW * len(rows), left=left, room=number(room))


def _bar(index: int, row: Count, n: int, each: float) -> Bar:
    """`each`: percent of the width for one of them."""
    label, count = row[0], row[1]
    feeling = row[2] if len(row) == 3 else ""
    share = percent(count / n) if n else "–"
    top = ROW * index + 7
    return Bar(label, number(top), number(top + 10), number(count * each), f"{shown(count)} · {share}", feeling)


@dataclass(frozen=True)
class Interval:
    """A score between low and high on its whole possible scale."""

    score: float
    low: float
    high: float
    n: int
    title: str
    period: str
    confidence: float
    least: float
    most: float

    @property
    def few(self) -> bool:
        return self.n < FEW

    @property
    def scale(self) -> Scale:
        return Scale(self.least, self.most, 4, 96)

    @property
    def score_x(self) -> str:
        return number(self.scale(self.score))

    @property
    def low_x(self) -> str:
        return number(self.scale(self.low))

    @property
    def band_width(self) -> str:
        return number(max(0.0, self.scale(self.high) - self.scale(self.low)))

    @property
    def score_text(self) -> str:
        return shown(self.score)

    @property
    def ticks(self) -> list[Tick]:
        return [Tick(number(self.scale(value)), shown(value)) for value in round_ticks(self.least, self.most)]

    @property
    def caption(self) -> str:
        return caption(low=self.low, high=self.high, n=self.n, period=self.period, confidence=self.confidence)

    @property
    def spoken(self) -> str:
        score = f"{self.title}: {self.score_text}" if self.title else self.score_text
        return f"{score}. {self.caption}"


def interval(
    score: float,
    low: float,
    high: float,
    *,
    n: int,
    least: float = -100,
    most: float = 100,
    title: str = "",
    period: str = "",
    confidence: float = 0.95,
) -> Interval:
    """`least`..`most` is the whole possible scale (NPS −100..100, CSAT 0..100), so that pages compare by eye."""
    return Interval(score, low, high, n, title, period, confidence, least, most)


def caption(*, low: float, high: float, n: int, period: str, confidence: float = 0.95) -> str:
    """What keeps a figure honest, in one line."""
    doubt = _("%(share)s interval %(low)s to %(high)s") % {
        "share": percent(confidence),
        "low": shown(low),
        "high": shown(high),
    }
    parts = [doubt, f"n {shown(n)}", period, _("too few answers to rely on") if n < FEW else ""]
    return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class Moment:
    """One period of a trend: a score between low and high, from n answers; no score where it may not be shown."""

    on: date
    score: float | None
    low: float
    high: float
    n: int


HEIGHT, TOP, BOTTOM = 200, 12, 174  # pixels
FIRST, LAST = 6.0, 98.5  # percent; the figures of the y axis stand left of FIRST
ALONE = 0.4  # percent: half the width of the bar of a period that stands alone


@dataclass(frozen=True)
class TrendBand:
    line: str
    band: str
    points: list[Point]
    ticks: list[Tick]
    n: int
    title: str
    period: str
    spoken: str
    caption: str
    height: int = HEIGHT
    few: bool = False


Placed = tuple[float, Moment]  # x in percent


def trend_band(moments: Sequence[Moment], *, title: str = "", period: str = "") -> TrendBand:
    """A score over time, broken where there is none to show. The y axis spans what is shown, bands included."""
    told = [moment for moment in moments if moment.score is not None]
    if not told:
        raise ValueError("A trend needs at least one period with a score.")
    y = _axis(told)
    x = Scale(0, max(1, len(moments) - 1), FIRST, LAST)
    placed = [(x(i), moment) for i, moment in enumerate(moments)]
    n = sum(moment.n for moment in moments)
    ticks = [Tick(number(y(value)), shown(value), number(y(value) - 4)) for value in round_ticks(y.low, y.high)]
    return TrendBand(
        "".join(path([(at, y(moment.score or 0)) for at, moment in run]) for run in _runs(placed)),
        "".join(_doubt(run, y) for run in _runs(placed)),
        _dots(placed, y),
        ticks,
        n,
        title,
        period,
        spoken=_told(told, title, n),
        caption=_trend_caption(moments, n, period),
        few=n < FEW,
    )


def _runs(placed: Sequence[Placed]) -> list[list[Placed]]:
    """What is drawn in one go: periods with a score that follow each other."""
    grouped = groupby(placed, key=lambda one: one[1].score is not None)
    return [list(run) for has_score, run in grouped if has_score]


def _doubt(run: Sequence[Placed], y: Scale) -> str:
    """The band around a run; around a period that stands alone a narrow bar, as a band needs two."""
    if len(run) == 1:
        ((at, moment),) = run
        run = [(at - ALONE, moment), (at + ALONE, moment)]
    return closed([(at, y(moment.high)) for at, moment in run], [(at, y(moment.low)) for at, moment in run])


def _axis(moments: Sequence[Moment]) -> Scale:
    low, high = min(moment.low for moment in moments), max(moment.high for moment in moments)
    margin = max(1.0, (high - low) * 0.05)
    return Scale(low - margin, high + margin, BOTTOM, TOP)


def _dots(placed: Sequence[Placed], y: Scale) -> list[Point]:
    """A dot a period that has a score; at most seven dates below, so that they never touch."""
    every = -(-len(placed) // 7)
    dots = []
    for i, (x, moment) in enumerate(placed):
        label = date_format(moment.on, pgettext("short date", "M j")) if i % every == 0 else ""
        at, hover = ("", "") if moment.score is None else (number(y(moment.score)), _hover(moment, moment.score))
        dots.append(Point(number(x), at, hover, label, _anchor(i, len(placed)), moment.n < FEW))
    return dots


def _hover(moment: Moment, score: float) -> str:
    doubt = f"{shown(moment.low)} – {shown(moment.high)}, n {moment.n}"
    return f"{date_format(moment.on, 'SHORT_DATE_FORMAT')}: {shown(score)} ({doubt})"


def _anchor(index: int, length: int) -> str:
    if index == 0 and length > 1:
        return "start"
    return "end" if index == length - 1 and length > 1 else "middle"


def _told(told: Sequence[Moment], title: str, n: int) -> str:
    first, last = told[0].score or 0, told[-1].score or 0
    change = _("from %(first)s to %(last)s") % {"first": shown(first), "last": shown(last)}
    return f"{title}: {change} (n {n})"


def _trend_caption(moments: Sequence[Moment], n: int, period: str) -> str:
    hollow = any(moment.n < FEW for moment in moments if moment.score is not None)
    gaps = any(moment.score is None for moment in moments)
    parts = [
        f"n {shown(n)}",
        period,
        _("band: 95% interval"),
        _("hollow dot: n below %(few)s") % {"few": FEW} if hollow and n >= FEW else "",
        _("gap: too few to show") if gaps else "",
        _("too few answers to rely on") if n < FEW else "",
    ]
    return " · ".join(part for part in parts if part)

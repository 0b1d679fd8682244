"""The one place where scores are computed: pure functions, used by pages, API and exports alike.

Scores keep their decimals; rounding is for display. n counts confirmed answers only.

Sources: interval AW(3,T): Rocks (2016), Interval estimation for the "Net Promoter Score", The American Statistician
70:365–372, arXiv 1601.07235, also recommended by Lewis and Sauro (2021). Wilson interval: Newcombe (1998), Statistics
in Medicine 17:857–872.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
TYPICAL_VARIANCE = 0.67  # of one NPS answer, in units of (100 points)²: the median of published surveys
HIDE_BELOW, LOW_BELOW = 5, 30  # answers
_normal = NormalDist()


class Display(StrEnum):
    """How a figure may be shown. Below 5 answers people could be told apart; below 30 the interval is very wide."""

    HIDDEN = "hidden"
    LOW = "low"
    FULL = "full"


def display(n: int) -> Display:
    if n < HIDE_BELOW:
        return Display.HIDDEN
    return Display.LOW if n < LOW_BELOW else Display.FULL


@dataclass(frozen=True)
class Tally:
    """Answers by band. Fractions occur only after adjustment."""

    promoters: float
    passives: float
    detractors: float

    @property
    def n(self) -> float:
        return self.promoters + self.passives + self.detractors

    @property
    def adjusted(self) -> "Tally":
        """Rocks' AW(3,T): three answers more, ¾ promoter, 1½ passive, ¾ detractor."""
        return Tally(self.promoters + 0.75, self.passives + 1.5, self.detractors + 0.75)


@dataclass(frozen=True)
class Estimate:
    """A headline figure in its own points. `score`, `low` and `high` are None without answers."""

    n: int
    score: float | None
    low: float | None
    high: float | None
    variance: float | None = None
    confidence: float = CONFIDENCE

    @property
    def display(self) -> Display:
        return display(self.n)


@dataclass(frozen=True)
class Change:
    """From one period to the next, in points, on adjusted counts; `p` is two-sided."""

    delta: float
    z: float
    p: float
    low: float
    high: float

    @property
    def is_significant(self) -> bool:
        return self.p < 1 - CONFIDENCE


def nps(tally: Tally) -> float:
    """Points, −100 to 100. ZeroDivisionError without answers."""
    return 100 * (tally.promoters - tally.detractors) / tally.n


def variance(tally: Tally) -> float:
    """Of one answer that counts +1, 0 or −1."""
    promoters, detractors = tally.promoters / tally.n, tally.detractors / tally.n
    return max(0.0, promoters + detractors - (promoters - detractors) ** 2)


def standard_error(tally: Tally) -> float:
    """Points."""
    return 100 * sqrt(variance(tally) / tally.n)


def nps_interval(tally: Tally, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Adjusted Wald AW(3,T), clipped to what a score can be. Plain Wald would say [100, 100] for ten promoters."""
    adjusted = tally.adjusted
    margin = _quantile(confidence) * standard_error(adjusted)
    return max(-100.0, nps(adjusted) - margin), min(100.0, nps(adjusted) + margin)


def nps_estimate(tally: Tally, confidence: float = CONFIDENCE) -> Estimate:
    if not tally.n:
        return Estimate(0, None, None, None, confidence=confidence)
    low, high = nps_interval(tally, confidence)
    return Estimate(round(tally.n), nps(tally), low, high, variance(tally), confidence)


def nps_change(before: Tally, after: Tally, confidence: float = CONFIDENCE) -> Change:
    """Two independent periods. The same people asked twice would need a paired test instead."""
    old, new = before.adjusted, after.adjusted
    delta = nps(new) - nps(old)
    error = sqrt(standard_error(old) ** 2 + standard_error(new) ** 2)
    z = delta / error
    margin = _quantile(confidence) * error
    return Change(delta, z, 2 * (1 - _normal.cdf(abs(z))), delta - margin, delta + margin)


def sample_size(margin: float, *, spread: float = TYPICAL_VARIANCE, confidence: float = CONFIDENCE) -> int:
    """Answers needed for an interval of ± `margin` points."""
    return ceil(spread * (100 * _quantile(confidence) / margin) ** 2 - 3)


def sample_size_for_change(
    points: float, *, spread: float = TYPICAL_VARIANCE, power: float = 0.8, confidence: float = CONFIDENCE
) -> int:
    """Answers needed in each of two periods to notice a true change of `points` with this power."""
    reach = _quantile(confidence) + _normal.inv_cdf(power)
    return ceil(2 * spread * (100 * reach / points) ** 2 - 3)


def wilson(successes: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Interval of a proportion, 0 to 1: response rates. ZeroDivisionError for n = 0."""
    z = _quantile(confidence)
    share = successes / n
    middle = share + z**2 / (2 * n)
    margin = z * sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    width = 1 + z**2 / n
    return max(0.0, (middle - margin) / width), min(1.0, (middle + margin) / width)


def _quantile(confidence: float) -> float:
    """Of the standard normal, two-sided: 1.96 for 95 %."""
    return _normal.inv_cdf(0.5 + confidence / 2)

"""What a kind of survey is: a scale, its bands and one headline figure. A folder in feedback/kinds/ registers a class.

A kind answers questions; the engine acts. It reads what a customer sent into a Score and turns counts into an Estimate.
It writes no rows and sends nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from feedback.statistics import Change, Estimate
from kernel.registry import Registry

NUMBER = re.compile(r"[0-9]{1,3}")  # ASCII only: int() would also take "９" and " 9 "


class BadAnswer(Exception):
    """What was sent is not an answer to this question; the message tells the customer what would be."""


@dataclass(frozen=True)
class Score:
    value: int
    band: str


@dataclass(frozen=True)
class Band:
    """Neighbouring scores that mean the same: `scores` of the scale, how such a customer feels, is somebody to call?"""

    slug: str
    label: str | Promise
    scores: range
    feeling: str
    needs_care: bool = False


class SurveyKind:
    """Base of all kinds. `bands` lie in the order of the scale and cover it without gaps; a contract test checks it."""

    slug: ClassVar[str]
    label: ClassVar[str | Promise]
    short: ClassVar[str]  # as figures are headed: "NPS"
    bands: ClassVar[tuple[Band, ...]]
    least: ClassVar[float]  # the smallest and largest headline figure that there can be
    most: ClassVar[float]

    @property
    def scale(self) -> range:
        return range(self.bands[0].scores.start, self.bands[-1].scores.stop)

    def parse(self, raw: str) -> Score:
        """Raises BadAnswer for whatever is not a point of the scale."""
        if NUMBER.fullmatch(raw) and int(raw) in self.scale:
            return self.score(int(raw))
        raise BadAnswer(_("Please choose a number from %(low)d to %(high)d.") % self.ends)

    def score(self, value: int) -> Score:
        return Score(value, next(band.slug for band in self.bands if value in band.scores))

    @property
    def ends(self) -> dict[str, int]:
        return {"low": self.scale.start, "high": self.scale.stop - 1}

    def band(self, slug: str) -> Band | None:
        return next((band for band in self.bands if band.slug == slug), None)

    def feeling_of(self, slug: str) -> str:
        band = self.band(slug)
        return band.feeling if band else ""

    def estimate(self, counts: Mapping[int, int]) -> Estimate:
        """The headline figure with its interval, from answers by score."""
        raise NotImplementedError(f"{type(self).__name__} must implement estimate().")

    def change(self, before: Mapping[int, int], after: Mapping[int, int]) -> Change | None:
        """Did it really move between two periods? None where there are no answers, or the kind has no such test."""
        return None


kinds: Registry[SurveyKind] = Registry(
    "survey kind", base=SurveyKind, package="feedback.kinds", declares=("short", "bands", "least", "most")
)

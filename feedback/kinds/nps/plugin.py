"""Net Promoter Score: 0–10, "how likely are you to recommend us?" (Reichheld 2003)."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from crm.models import Feeling
from feedback import statistics
from feedback.kinds.base import Band, SurveyKind, kinds

DETRACTORS = Band("detractor", _("Detractors"), range(7), Feeling.UPSET, needs_care=True)
PASSIVES = Band("passive", _("Passives"), range(7, 9), Feeling.FINE)
PROMOTERS = Band("promoter", _("Promoters"), range(9, 11), Feeling.GLAD)


@kinds.register
class Nps(SurveyKind):
    slug = "nps"
    label = _("Net Promoter Score")
    short = "NPS"
    bands = (DETRACTORS, PASSIVES, PROMOTERS)
    least = -100
    most = 100

    def estimate(self, counts: Mapping[int, int]) -> statistics.Estimate:
        return statistics.nps_estimate(tally(counts))

    def change(self, before: Mapping[int, int], after: Mapping[int, int]) -> statistics.Change | None:
        old, new = tally(before), tally(after)
        return statistics.nps_change(old, new) if old.n and new.n else None


def tally(counts: Mapping[int, int]) -> statistics.Tally:
    """Answers by score → promoters, passives, detractors."""
    sums = [sum(counts.get(score, 0) for score in band.scores) for band in (PROMOTERS, PASSIVES, DETRACTORS)]
    return statistics.Tally(*sums)

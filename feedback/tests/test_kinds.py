"""What every kind of survey must keep, whoever wrote it."""

import pytest

from crm.models import Feeling
from feedback.kinds.base import SurveyKind, kinds
from kernel.registry import RegistrationError

ALL = [plugin for _slug, plugin in kinds]


@pytest.mark.parametrize("plugin", ALL)
def test_bands_cover_the_scale_once(plugin: type[SurveyKind]) -> None:
    covered = [score for band in plugin.bands for score in band.scores]
    assert covered == list(plugin().scale)


@pytest.mark.parametrize("plugin", ALL)
def test_bands_name_feelings_that_exist(plugin: type[SurveyKind]) -> None:
    assert {band.feeling for band in plugin.bands} <= set(Feeling)


@pytest.mark.parametrize("plugin", ALL)
def test_estimate_stays_inside_its_bounds(plugin: type[SurveyKind]) -> None:
    kind = plugin()
    for value in (kind.scale.start, kind.scale.stop - 1):
        estimate = kind.estimate({value: 7})
        assert estimate.n == 7
        assert estimate.low is not None
        assert estimate.score is not None
        assert estimate.high is not None
        assert kind.least <= estimate.low <= estimate.high <= kind.most
        assert kind.least <= estimate.score <= kind.most


@pytest.mark.parametrize("plugin", ALL)
def test_estimate_without_answers_is_empty(plugin: type[SurveyKind]) -> None:
    assert plugin().estimate({}).score is None


def test_a_kind_without_bands_is_refused() -> None:
    class Vague(SurveyKind):
        slug = "vague"
        label = "Vague"
        short = "V"
        least = 0
        most = 1

    with pytest.raises(RegistrationError, match="must declare `bands`"):
        kinds.register(Vague)

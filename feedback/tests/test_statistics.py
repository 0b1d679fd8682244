"""Check values: recomputed from the formulas, and published ones where a source is named."""

from math import sqrt

import pytest

from feedback.statistics import (
    Display,
    Tally,
    display,
    nps,
    nps_change,
    nps_estimate,
    nps_interval,
    sample_size,
    sample_size_for_change,
    standard_error,
    variance,
    wilson,
)

TABLE = [
    (Tally(60, 25, 15), 45.00, 7.399, 29.34, 58.04),
    (Tally(16, 15, 5), 30.56, 11.666, 6.07, 50.34),
    (Tally(8, 1, 1), 70.00, 20.248, 14.73, 92.96),
    (Tally(10, 0, 0), 100.00, 0.0, 47.50, 100.00),
    (Tally(0, 10, 0), 0.00, 0.0, -18.47, 18.47),
    (Tally(450, 300, 250), 20.00, 2.569, 14.91, 24.97),
]


@pytest.mark.parametrize(("tally", "score", "error", "low", "high"), TABLE)
def test_nps_has_its_error_and_adjusted_wald_interval(
    tally: Tally, score: float, error: float, low: float, high: float
) -> None:
    assert round(nps(tally), 2) == score
    assert round(standard_error(tally), 3) == error
    assert tuple(round(end, 2) for end in nps_interval(tally)) == (low, high)


def test_interval_is_clipped_at_both_ends() -> None:
    assert nps_interval(Tally(10, 0, 0))[1] == 100.0
    assert nps_interval(Tally(0, 0, 10))[0] == -100.0


def test_interval_mirrors_when_promoters_and_detractors_change_places() -> None:
    low, high = nps_interval(Tally(60, 25, 15))
    assert list(nps_interval(Tally(15, 25, 60))) == pytest.approx([-high, -low])


def test_interval_narrows_with_more_answers() -> None:
    widths = [high - low for low, high in (nps_interval(Tally(6 * k, 3 * k, k)) for k in (1, 10, 100))]
    assert widths == sorted(widths, reverse=True)


def test_variance_is_the_published_one() -> None:
    """whuber on Cross Validated: 1/2 promoters, 1/3 passives, 1/6 detractors."""
    tally = Tally(162, 108, 54)
    assert nps(tally) == pytest.approx(100 / 3)
    assert variance(tally) == pytest.approx(5 / 9)
    assert round(sqrt(variance(tally)), 4) == 0.7454
    assert round(standard_error(tally), 2) == 4.14


def test_width_of_an_even_thirds_score_is_the_published_one() -> None:
    """Engelhardt 2016: about 320 / √n for the plain interval."""
    width = 2 * 1.959963985 * standard_error(Tally(1, 1, 1)) * sqrt(3)
    assert round(width, 2) == 320.06


def test_estimate_without_answers_has_no_figure() -> None:
    estimate = nps_estimate(Tally(0, 0, 0))
    assert (estimate.n, estimate.score, estimate.low, estimate.high) == (0, None, None, None)
    assert estimate.display == Display.HIDDEN


def test_estimate_keeps_decimals() -> None:
    estimate = nps_estimate(Tally(1, 1, 1))
    assert (estimate.n, estimate.score) == (3, 0.0)
    assert nps_estimate(Tally(2, 1, 0)).score == pytest.approx(66.6666667)


def test_change_that_chance_explains() -> None:
    change = nps_change(Tally(60, 25, 15), Tally(70, 20, 10))
    assert round(change.delta, 2) == 14.56
    assert round(change.z, 4) == 1.4752
    assert round(change.p, 4) == 0.1402
    assert (round(change.low, 2), round(change.high, 2)) == (-4.79, 33.91)
    assert not change.is_significant


def test_change_that_chance_does_not_explain() -> None:
    change = nps_change(Tally(450, 300, 250), Tally(500, 300, 200))
    assert round(change.z, 4) == 2.8023
    assert round(change.p, 4) == 0.0051
    assert change.is_significant


def test_change_backwards_is_the_same_change() -> None:
    there = nps_change(Tally(60, 25, 15), Tally(70, 20, 10))
    back = nps_change(Tally(70, 20, 10), Tally(60, 25, 15))
    assert [back.delta, back.p] == pytest.approx([-there.delta, there.p])


@pytest.mark.parametrize(("margin", "needed"), [(5, 1027), (10, 255), (15, 112), (20, 62)])
def test_sample_size_for_a_margin(margin: float, needed: int) -> None:
    assert sample_size(margin) == needed


def test_sample_size_to_notice_ten_points() -> None:
    assert sample_size_for_change(10) == 1049


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (170, 200, 0.7939, 0.8929),
    ],
)
def test_wilson_interval_is_the_published_one(successes: int, n: int, low: float, high: float) -> None:
    """Newcombe 1998, table I."""
    assert tuple(round(end, 4) for end in wilson(successes, n)) == (low, high)


@pytest.mark.parametrize(
    ("n", "shown"),
    [(0, Display.HIDDEN), (4, Display.HIDDEN), (5, Display.LOW), (29, Display.LOW), (30, Display.FULL)],
)
def test_display_follows_the_number_of_answers(n: int, shown: Display) -> None:
    assert display(n) == shown

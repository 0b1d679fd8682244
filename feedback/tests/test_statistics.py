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


@pytest.mark.parametrize(
    ("tally", "confidence", "low", "high"),
    [
        # One promoter: adjusted 1¾ of 4 promote and ¾ do not. 100·(0.4375 − 0.1875) = 25; variance 0.625 − 0.0625
        # = 0.5625; error 100·√(0.5625/4) = 37.5; 25 ± 1.959964·37.5.
        (Tally(1, 0, 0), 0.95, -48.50, 98.50),
        (Tally(0, 0, 1), 0.95, -98.50, 48.50),
        (Tally(1, 0, 0), 0.90, -36.68, 86.68),  # 25 ± 1.644854·37.5
        # One passive: 0 ± 1.959964·100·√(0.375/4).
        (Tally(0, 1, 0), 0.95, -60.01, 60.01),
        # 3¾ and 1¾ of 8: 25 ± 1.959964·100·√(0.625/8).
        (Tally(3, 1, 1), 0.95, -29.78, 79.78),
    ],
)
def test_interval_is_what_a_hand_works_out(tally: Tally, confidence: float, low: float, high: float) -> None:
    assert tuple(round(end, 2) for end in nps_interval(tally, confidence)) == (low, high)


def test_three_answers_are_added_half_of_them_passive() -> None:
    adjusted = Tally(10, 20, 30).adjusted

    assert (adjusted.promoters, adjusted.passives, adjusted.detractors, adjusted.n) == (10.75, 21.5, 30.75, 63)


@pytest.mark.parametrize("tally", [Tally(0, 0, 0), Tally(2, 0, 0), Tally(0, 0, 9), Tally(500, 1, 0), Tally(3, 90, 7)])
def test_score_lies_where_scores_can_be_and_inside_its_interval(tally: Tally) -> None:
    estimate = nps_estimate(tally)

    assert estimate.n == tally.n
    if estimate.score is not None and estimate.low is not None and estimate.high is not None:
        assert -100 <= estimate.low < estimate.high <= 100
        assert estimate.low <= estimate.score <= estimate.high


def test_estimate_says_its_confidence_and_the_variance_of_one_answer() -> None:
    estimate = nps_estimate(Tally(162, 108, 54), 0.9)

    assert estimate.confidence == 0.9
    assert estimate.variance == pytest.approx(5 / 9)
    assert (nps_estimate(Tally(0, 0, 0), 0.9).confidence, nps_estimate(Tally(0, 0, 0)).variance) == (0.9, None)


def test_everybody_of_one_mind_has_no_variance_even_where_fractions_do_not_add_up() -> None:
    assert [variance(Tally(n, 0, 0)) for n in (1, 3, 7, 1_000_003)] == [0.0] * 4
    assert variance(Tally(1, 0, 1)) == 1.0


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


def test_nothing_changed_means_no_change_at_all() -> None:
    change = nps_change(Tally(60, 25, 15), Tally(60, 25, 15))

    assert (change.delta, change.z, change.p) == (0.0, 0.0, 1.0)
    assert change.low == -change.high
    assert not change.is_significant


def test_change_is_between_what_was_and_what_is() -> None:
    """One detractor becomes one promoter: from −25 to 25, both ± 37.5 before they are added: √2 · 37.5 = 53.03."""
    change = nps_change(Tally(0, 0, 1), Tally(1, 0, 0))

    assert change.delta == 50.0
    assert round(change.z, 4) == 0.9428
    assert (round(change.low, 2), round(change.high, 2)) == (-53.94, 153.94)


def test_change_backwards_is_the_same_change() -> None:
    there = nps_change(Tally(60, 25, 15), Tally(70, 20, 10))
    back = nps_change(Tally(70, 20, 10), Tally(60, 25, 15))
    assert [back.delta, back.p] == pytest.approx([-there.delta, there.p])


@pytest.mark.parametrize(("margin", "needed"), [(5, 1027), (10, 255), (15, 112), (20, 62)])
def test_sample_size_for_a_margin(margin: float, needed: int) -> None:
    assert sample_size(margin) == needed


def test_sample_size_to_notice_ten_points() -> None:
    assert sample_size_for_change(10) == 1049


def test_more_doubt_or_more_certainty_needs_more_answers() -> None:
    assert sample_size(10, spread=1) == 382  # (1.959964·10)² − 3 = 381.1
    assert sample_size(10, confidence=0.99) == 442
    assert sample_size_for_change(10, power=0.9) == 1405
    assert sample_size_for_change(20) < sample_size_for_change(10)


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
    ("successes", "n", "low", "high"),
    [(1, 1, 0.2065, 1.0), (0, 1, 0.0, 0.7935), (2, 4, 0.15, 0.85)],
)
def test_wilson_interval_of_few_is_what_a_hand_works_out(successes: int, n: int, low: float, high: float) -> None:
    """1 of 1: from 1/(1 + z²), z² = 3.8415; 2 of 4: ½ ± z·√(1/16 + z²/64) / (1 + z²/4)."""
    assert tuple(round(end, 4) for end in wilson(successes, n)) == (low, high)


def test_wilson_interval_of_nobody_is_an_error_and_no_figure() -> None:
    with pytest.raises(ZeroDivisionError):
        wilson(0, 0)


@pytest.mark.parametrize(
    ("n", "shown"),
    [(0, Display.HIDDEN), (4, Display.HIDDEN), (5, Display.LOW), (29, Display.LOW), (30, Display.FULL)],
)
def test_display_follows_the_number_of_answers(n: int, shown: Display) -> None:
    assert display(n) == shown

from datetime import date, timedelta

import pytest
from django.utils import translation

from kernel import charts


def weeks(*scores: float, n: int = 40) -> list[charts.Moment]:
    start = date(2026, 1, 5)
    return [
        charts.Moment(start + timedelta(weeks=i), score, score - 10, score + 10, n) for i, score in enumerate(scores)
    ]


@pytest.mark.parametrize(
    ("value", "written"), [(12, "12"), (12.5, "12.5"), (12.004, "12"), (0.126, "0.13"), (-3.5, "-3.5")]
)
def test_number_is_short_and_plain(value: float, written: str) -> None:
    assert charts.number(value) == written


def test_number_keeps_its_point_in_spanish() -> None:
    with translation.override("es"):
        assert charts.number(12.5) == "12.5"


def test_scale_maps_the_ends_and_the_middle() -> None:
    scale = charts.Scale(-100, 100, 0, 50)
    assert (scale(-100), scale(0), scale(100)) == (0, 25, 50)


def test_scale_of_one_value_is_its_middle() -> None:
    assert charts.Scale(7, 7, 0, 10)(7) == 5


def test_scale_can_run_downwards() -> None:
    assert charts.Scale(0, 10, 100, 0)(2.5) == 75


def test_path_moves_once_and_then_draws() -> None:
    assert charts.path([(0, 1), (2.5, 3), (4, 5)]) == "M0 1L2.5 3L4 5"


def test_closed_runs_back_along_the_lower_line() -> None:
    assert charts.closed([(0, 1), (1, 1)], [(0, 9), (1, 9)]) == "M0 1L1 1L1 9L0 9Z"


def test_closed_of_nothing_is_nothing() -> None:
    assert charts.closed([], []) == ""


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (-100, 100, [-100, -50, 0, 50, 100]),
        (0, 10, [0, 2.5, 5, 7.5, 10]),
        (12, 61, [20, 40, 60]),
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (5, 5, [5]),
    ],
)
def test_ticks_are_round_and_inside(low: float, high: float, ticks: list[float]) -> None:
    assert charts.round_ticks(low, high) == ticks


def test_shown_has_a_true_minus_and_the_readers_decimals() -> None:
    assert charts.shown(-4.5) == "−4.5"
    with translation.override("es"):
        assert charts.shown(-4.5) == "−4,5"


def test_sparkline_spans_its_box() -> None:
    spark = charts.sparkline([1, 3, 2], n=12, label="NPS")
    assert spark.line == "M4 20L48 4L92 12"
    assert spark.area == "M4 20L48 4L92 12L92 24L48 24L4 24Z"
    assert (spark.last.x, spark.last.y, spark.n) == ("92", "12", 12)


def test_sparkline_needs_a_value() -> None:
    with pytest.raises(ValueError, match="at least one"):
        charts.sparkline([], n=0, label="NPS")


def test_bars_show_counts_and_shares_of_n() -> None:
    chart = charts.bars([("Promoters", 60, "glad"), ("Passives", 30), ("Detractors", 10, "upset")], title="NPS")
    assert chart.n == 100
    assert [bar.value_text for bar in chart.bars] == ["60 · 60\u202f%", "30 · 30\u202f%", "10 · 10\u202f%"]
    assert [bar.width for bar in chart.bars] == ["46", "23", "7.67"]
    assert [bar.feeling for bar in chart.bars] == ["glad", "", "upset"]
    assert chart.height == 3 * charts.ROW


def test_bars_of_figures_need_less_room_for_their_labels() -> None:
    chart = charts.bars([("10", 4), ("0", 2)])
    assert (chart.left, chart.room) == (8, "68")
    assert [bar.width for bar in chart.bars] == ["68", "34"]


def test_bars_without_answers_claim_no_share() -> None:
    chart = charts.bars([("Promoters", 0), ("Detractors", 0)])
    assert [bar.value_text for bar in chart.bars] == ["0 · –", "0 · –"]
    assert chart.few


def test_interval_lies_on_the_whole_scale() -> None:
    chart = charts.interval(0, -50, 50, n=100, title="NPS", period="May")
    assert (chart.score_x, chart.low_x, chart.band_width) == ("50", "27", "46")
    assert chart.caption == "95% interval −50 to 50 · n 100 · May"
    assert chart.spoken == "NPS: 0. 95% interval −50 to 50 · n 100 · May"
    assert not chart.few


def test_interval_of_few_answers_says_so() -> None:
    chart = charts.interval(20, -40, 70, n=charts.FEW - 1)
    assert chart.few
    assert chart.caption.endswith("too few answers to rely on")


def test_trend_keeps_the_band_around_the_line() -> None:
    chart = charts.trend_band(weeks(40, 50))
    assert chart.line == "M6 117.55L98.5 68.45"
    assert chart.band.count("L") == 3
    assert chart.n == 80


def test_trend_never_has_more_than_seven_dates() -> None:
    chart = charts.trend_band(weeks(*range(52)))
    assert len([point for point in chart.points if point.label]) == 7
    assert len(chart.points) == 52


def test_trend_of_one_period_stands_in_the_middle() -> None:
    chart = charts.trend_band(weeks(40))
    assert [(point.x, point.anchor) for point in chart.points] == [("6", "middle")]


def test_trend_tells_its_change_to_a_reader() -> None:
    assert charts.trend_band(weeks(40, 50, n=10), title="NPS").spoken == "NPS: from 40 to 50 (n 20)"
    assert charts.trend_band(weeks(40, 50, n=10)).few


def test_trend_needs_a_period() -> None:
    with pytest.raises(ValueError, match="at least one"):
        charts.trend_band([])

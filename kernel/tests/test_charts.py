from dataclasses import replace
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
        (0, 0.3, [0, 0.1, 0.2, 0.3]),
        (0, 7, [0, 2, 4, 6]),
        (-3, 3, [-2, 0, 2]),
        (5, 5, [5]),
        (5, 4, [5]),
    ],
)
def test_ticks_are_round_and_inside(low: float, high: float, ticks: list[float]) -> None:
    assert charts.round_ticks(low, high) == ticks


def test_shown_has_a_true_minus_and_the_readers_decimals() -> None:
    assert charts.shown(-4.5) == "−4.5"
    with translation.override("es"):
        assert charts.shown(-4.5) == "−4,5"


@pytest.mark.parametrize(
    ("value", "figure"),
    [
        (12.46, "12.5"),
        (-12.46, "−12.5"),
        (3.96, "4"),
        (-0.04, "0"),
        (7, "7"),
        (99.94, "99.9"),
        (1234567, "1,234,567"),
        (-1234.5, "−1,234.5"),
    ],
)
def test_figure_is_rounded_and_never_cut_off(value: float, figure: str) -> None:
    assert charts.shown(value) == figure


def test_sparkline_of_one_value_is_a_dot_at_half_height() -> None:
    spark = charts.sparkline([5], n=1, label="NPS")
    assert (spark.line, spark.last.x, spark.last.y) == ("M4 12", "4", "12")


def test_sparkline_spans_its_box() -> None:
    spark = charts.sparkline([1, 3, 2], n=12, label="NPS")
    assert spark.line == "M4 20L48 4L92 12"
    assert spark.area == "M4 20L48 4L92 12L92 24L48 24L4 24Z"
    assert (spark.last.x, spark.last.y, spark.n) == ("92", "12", 12)


def test_sparkline_draws_nothing_across_a_gap_and_a_stroke_for_what_stands_alone() -> None:
    spark = charts.sparkline([1, 3, None, 2, None, 3], n=12, label="NPS")
    assert spark.line == "M4 20L21.6 4M56.8 12M92 4M55.8 12L57.8 12"
    assert (spark.last.x, spark.last.y) == ("92", "4")


def test_sparkline_needs_a_value() -> None:
    with pytest.raises(ValueError, match="at least one"):
        charts.sparkline([], n=0, label="NPS")


def test_bars_show_counts_and_shares_of_n() -> None:
    chart = charts.bars([("Promoters", 60, "glad"), ("Passives", 30), ("Detractors", 10, "upset")], title="NPS")
    assert chart.n == 100
    assert [bar.value_text for bar in chart.bars] == ["60 · 60%", "30 · 30%", "10 · 10%"]
    assert [bar.width for bar in chart.bars] == ["46", "23", "7.67"]
    assert [bar.feeling for bar in chart.bars] == ["glad", "", "upset"]
    assert chart.height == 3 * charts.ROW


def test_bars_of_figures_need_less_room_for_their_labels() -> None:
    chart = charts.bars([("10", 4), ("0", 2)])
    assert (chart.left, chart.room) == (8, "68")
    assert [bar.width for bar in chart.bars] == ["68", "34"]


@pytest.mark.parametrize(("label", "left", "room"), [("100", 8, "68"), ("1000", 30, "46")])
def test_one_longer_label_takes_the_room_of_words(label: str, left: int, room: str) -> None:
    chart = charts.bars([(label, 4), ("0", 2)])
    assert (chart.left, chart.room) == (left, room)


def test_bars_stand_below_each_other_with_their_words_beside_them() -> None:
    chart = charts.bars([("Promoters", 1), ("Detractors", 2)])
    assert [(bar.y, bar.text_y) for bar in chart.bars] == [("7", "17"), ("33", "43")]


def test_bars_are_told_to_a_reader_with_their_shares_and_n() -> None:
    chart = charts.bars([("Promoters", 2), ("Detractors", 1)], title="NPS")
    assert chart.spoken == "NPS: Promoters 2 · 67%, Detractors 1 · 33% (n 3)"


def test_bars_of_nothing_take_no_room() -> None:
    chart = charts.bars([])
    assert (chart.bars, chart.n, chart.height, chart.few) == ([], 0, 0, True)


@pytest.mark.parametrize(("n", "few"), [(charts.FEW - 1, True), (charts.FEW, False)])
def test_every_chart_greys_itself_below_the_same_number_of_answers(n: int, few: bool) -> None:
    trend = charts.trend_band(weeks(40, n=n))
    interval = charts.interval(0, -10, 10, n=n)
    assert [charts.bars([("Promoters", n)]).few, interval.few, trend.few] == [few, few, few]
    assert [caption.endswith(" · too few answers to rely on") for caption in (interval.caption, trend.caption)] == [
        few,
        few,
    ]


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


def test_interval_draws_the_whole_scale_whatever_was_scored() -> None:
    nps, csat = charts.interval(0, -5, 5, n=100), charts.interval(80, 75, 85, n=100, least=0)
    assert [(tick.at, tick.label) for tick in nps.ticks] == [
        ("4", "−100"),
        ("27", "−50"),
        ("50", "0"),
        ("73", "50"),
        ("96", "100"),
    ]
    assert [tick.label for tick in csat.ticks] == ["0", "25", "50", "75", "100"]


def test_interval_with_its_ends_the_wrong_way_round_is_drawn_without_a_band() -> None:
    assert charts.interval(0, 50, -50, n=100).band_width == "0"


def test_caption_says_how_sure_it_is_and_leaves_out_what_it_does_not_know() -> None:
    assert charts.caption(low=-5, high=5, n=1000, period="", confidence=0.9) == "90% interval −5 to 5 · n 1,000"
    assert charts.caption(low=-5, high=5, n=40, period="") == "95% interval −5 to 5 · n 40"


def test_caption_is_told_in_the_readers_language() -> None:
    with translation.override("es"):
        told = charts.caption(low=-5.5, high=5, n=9, period="Mayo")
    assert told == "intervalo del 95\N{NO-BREAK SPACE}%: de −5,5 a 5 · n 9 · Mayo · muy pocas respuestas para fiarse"


def test_trend_keeps_the_band_around_the_line() -> None:
    chart = charts.trend_band(weeks(40, 50))
    assert chart.line == "M6 117.55L98.5 68.45"
    assert chart.band.count("L") == 3
    assert chart.n == 80


def test_trend_never_has_more_than_seven_dates() -> None:
    chart = charts.trend_band(weeks(*range(52)))
    assert len([point for point in chart.points if point.label]) == 7
    assert len(chart.points) == 52


@pytest.mark.parametrize(
    ("periods", "shown"), [(7, [0, 1, 2, 3, 4, 5, 6]), (8, [0, 2, 4, 6]), (14, [0, 2, 4, 6, 8, 10, 12])]
)
def test_dates_are_left_out_evenly_from_the_first(periods: int, shown: list[int]) -> None:
    points = charts.trend_band(weeks(*range(periods))).points
    assert [i for i, point in enumerate(points) if point.label] == shown


def test_first_and_last_date_keep_inside_the_chart() -> None:
    assert [point.anchor for point in charts.trend_band(weeks(1, 2, 3)).points] == ["start", "middle", "end"]


def test_dot_tells_its_date_score_and_doubt_in_the_readers_language() -> None:
    moments = [charts.Moment(date(2026, 1, 5), 12.46, -3.27, 28.98, 9)]
    assert charts.trend_band(moments).points[0].title == "01/05/2026: 12.5 (−3.3 – 29, n 9)"
    with translation.override("es"):
        assert charts.trend_band(moments).points[0].title == "05/01/2026: 12,5 (−3,3 – 29, n 9)"


def test_trend_leaves_a_margin_above_and_below_even_where_nothing_changes() -> None:
    flat = [charts.Moment(date(2026, 1, 5) + timedelta(weeks=i), 50, 50, 50, 40) for i in range(2)]
    assert charts.trend_band(flat).line == "M6 93L98.5 93"
    assert [tick.label for tick in charts.trend_band(flat).ticks] == ["49", "49.5", "50", "50.5", "51"]


def test_figures_of_the_axis_stand_above_their_lines() -> None:
    ticks = charts.trend_band(weeks(40, 50)).ticks
    assert [(tick.label, tick.at, tick.text) for tick in ticks[:2]] == [
        ("30", "166.64", "162.64"),
        ("40", "117.55", "113.55"),
    ]


def test_caption_of_a_trend_says_what_the_band_is() -> None:
    assert charts.trend_band(weeks(40, 50), period="Q1").caption == "n 80 · Q1 · band: 95% interval"
    assert charts.trend_band(weeks(40, 50)).caption == "n 80 · band: 95% interval"


def test_trend_of_one_period_stands_in_the_middle() -> None:
    chart = charts.trend_band(weeks(40))
    assert [(point.x, point.anchor) for point in chart.points] == [("6", "middle")]


def test_trend_tells_its_change_to_a_reader() -> None:
    assert charts.trend_band(weeks(40, 50, n=10), title="NPS").spoken == "NPS: from 40 to 50 (n 20)"
    assert charts.trend_band(weeks(40, 50, n=10)).few


def gap(moment: charts.Moment, n: int = 3) -> charts.Moment:
    return replace(moment, score=None, n=n)


def test_trend_breaks_where_there_is_no_score_to_show() -> None:
    first, second, third, fourth = weeks(40, -90, 50, 60)
    chart = charts.trend_band([first, gap(second), third, fourth], title="NPS")
    assert [point.y != "" for point in chart.points] == [True, False, True, True]
    assert (chart.line.count("M"), chart.band.count("Z")) == (2, 2)
    assert all("−90" not in text for text in (chart.spoken, *(tick.label for tick in chart.ticks)))
    assert (chart.n, chart.caption) == (123, "n 123 · band: 95% interval · gap: too few to show")


def test_period_that_stands_alone_keeps_its_doubt_as_a_bar() -> None:
    first, second, third = weeks(40, 50, 60)
    chart = charts.trend_band([first, gap(second), third])
    assert chart.band.startswith("M5.6 ")
    assert "L6.4 " in chart.band


def test_dots_from_few_answers_are_hollow() -> None:
    certain, shaky = weeks(40, 50)
    chart = charts.trend_band([certain, replace(shaky, n=29)])
    assert [point.few for point in chart.points] == [False, True]
    assert chart.caption == "n 69 · band: 95% interval · hollow dot: n below 30"


def test_trend_needs_a_period_with_a_score() -> None:
    with pytest.raises(ValueError, match="at least one"):
        charts.trend_band([gap(moment) for moment in weeks(40, 50)])


def test_trend_needs_a_period() -> None:
    with pytest.raises(ValueError, match="at least one"):
        charts.trend_band([])

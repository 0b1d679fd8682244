"""From numbers to sentences: what a manager reads, word for word."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils.translation import override

from feedback.kinds.nps.plugin import Nps
from feedback.reporting import Rate
from feedback.statistics import Change, Tally, nps_change, nps_estimate, sample_size
from feedback.views import figures
from kernel import charts

PLUGIN = Nps()
ENOUGH = {9: 40}


def change(delta: float, p: float) -> Change:
    return Change(delta=delta, z=0.0, p=p, low=delta - 10, high=delta + 10)


@pytest.mark.parametrize(
    ("delta", "p", "sentence"),
    [
        (14.56, 0.01, "Up 15 points on the period before (5 to 25, p 0.01, n before 40): more than chance"),
        (-14.56, 0.01, "Down 15 points on the period before (−25 to −5, p 0.01, n before 40): more than chance"),
        (14.56, 0.14, "Up 15 points on the period before (5 to 25, p 0.14, n before 40): chance alone does that"),
        (-14.56, 0.14, "Down 15 points on the period before (−25 to −5, p 0.14, n before 40): chance alone"),
        (0.4, 0.99, "The same as in the period before (−10 to 10, p 0.99, n before 40)."),
        (-0.4, 0.99, "The same as in the period before (−10 to 10, p 0.99, n before 40)."),
        (0.6, 0.99, "Up 1 point on the period before"),
        (-0.6, 0.99, "Down 1 point on the period before"),
    ],
)
def test_change_is_told_in_one_sentence(delta: float, p: float, sentence: str) -> None:
    now = nps_estimate(Tally(40, 0, 0))

    assert figures.spell_change(change(delta, p), now, ENOUGH).startswith(sentence)


@pytest.mark.parametrize(("p", "verdict"), [(0.0499, "more than chance explains"), (0.0501, "chance alone does that")])
def test_one_in_twenty_is_chance(p: float, verdict: str) -> None:
    assert verdict in figures.spell_change(change(5, p), nps_estimate(Tally(40, 0, 0)), ENOUGH)


@pytest.mark.parametrize(
    ("before", "now", "sentence"),
    [
        (0, 40, "No answers in the period before, so there is nothing to compare with."),
        (29, 40, "Too few answers to compare with the period before (n 29)."),
        (40, 29, "Too few answers to compare with the period before (n 40)."),
        (30, 30, "The same as in the period before (−4 to 4, p 1.00, n before 30)."),
    ],
)
def test_periods_are_compared_from_thirty_answers_each(before: int, now: int, sentence: str) -> None:
    old, new = {9: before}, {9: now}
    told = figures.spell_change(PLUGIN.change(old, new), PLUGIN.estimate(new), old)

    if before == now:
        expected = nps_change(Tally(30, 0, 0), Tally(30, 0, 0))
        sentence = sentence.replace("4", str(round(expected.high)))
    assert told == sentence


@pytest.mark.parametrize(
    ("p", "spelled"),
    [
        (0.0, "< 0.001"),
        (0.00099, "< 0.001"),
        (0.001, "0.001"),
        (0.0996, "0.10"),
        (0.08, "0.08"),
        (0.049, "0.049"),
        (0.1, "0.10"),
        (0.876, "0.88"),
    ],
)
def test_probability_is_as_exact_as_it_needs_to_be(p: float, spelled: str) -> None:
    assert figures.spell_p(p) == spelled


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    with override("es"):
        assert figures.spell_p(0.014) == "0,014"
        assert figures.spell_p(0.0004) == "< 0,001"
        told = figures.spell_change(change(14.56, 0.01), nps_estimate(Tally(40, 0, 0)), ENOUGH)
    assert "15 puntos" in told


NEEDED = sample_size(10)  # 255


@pytest.mark.parametrize(
    ("n", "sentence"),
    [
        (0, "About 255 more answers would bring the interval to ± 10 points."),
        (NEEDED - 2, "About 2 more answers would bring the interval to ± 10 points."),
        (NEEDED - 1, "One more answer would bring the interval to ± 10 points."),
        (NEEDED, "To notice a change of 10 points, each period needs about 1,049 answers."),
        (NEEDED + 1000, "To notice a change of 10 points, each period needs about 1,049 answers."),
    ],
)
def test_advice_says_what_it_would_take_to_know_more(n: int, sentence: str) -> None:
    assert figures.advice(nps_estimate(Tally(n, 0, 0))).replace("\N{NARROW NO-BREAK SPACE}", ",") == sentence


def test_estimate_is_rounded_for_reading_and_empty_without_answers() -> None:
    spelled = figures.spell_estimate(nps_estimate(Tally(15, 25, 60)))

    assert spelled == {"score": "−45", "low": "−58", "high": "−29", "few": False}
    assert figures.spell_estimate(nps_estimate(Tally(0, 0, 0))) == {"score": "", "low": "", "high": "", "few": True}


@pytest.mark.parametrize(("n", "few"), [(29, True), (30, False)])
def test_few_answers_are_called_few(n: int, few: bool) -> None:
    assert figures.spell_estimate(nps_estimate(Tally(n, 0, 0)))["few"] is few
    assert figures._rate(Rate(answered=1, delivered=n))["few"] is few


def test_rate_is_told_in_percent_with_its_interval() -> None:
    assert figures._rate(Rate(81, 263)) == {"n": 263, "value": "31%", "low": "26%", "high": "37%", "few": False}
    assert figures._rate(Rate(0, 0)) == {"n": 0}


@pytest.mark.parametrize(
    ("share", "spelled"), [(0, "0%"), (2 / 3, "67%"), (0.994, "99%"), (0.996, "100%"), (1, "100%")]
)
def test_shares_are_rounded_and_not_cut_off(share: float, spelled: str) -> None:
    assert charts.percent(share) == spelled


def test_spanish_has_a_space_before_the_sign_and_no_line_ends_there() -> None:
    with override("es"):
        assert charts.percent(0.39) == "39\N{NO-BREAK SPACE}%"


def test_bands_share_the_bar_in_the_order_of_the_scale() -> None:
    bar = figures.segments(PLUGIN, {0: 1, 8: 1, 10: 2}, QueryDict(""))

    assert [(s.slug, s.n, s.share) for s in bar] == [
        ("detractor", 1, "25%"),
        ("passive", 1, "25%"),
        ("promoter", 2, "50%"),
    ]
    assert [(s.x, s.width) for s in bar] == [("0", "120"), ("120", "120"), ("240", "240")]


def test_picture_of_the_score_is_told_without_an_empty_name() -> None:
    chart = figures._interval(PLUGIN, nps_estimate(Tally(60, 25, 15)))

    assert chart is not None
    assert chart.spoken.startswith("45. 95% interval ")


def test_bar_without_answers_has_no_widths_and_no_shares() -> None:
    bar = figures.segments(PLUGIN, {}, QueryDict(""))

    assert {(s.n, s.share, s.x, s.width) for s in bar} == {(0, "–", "0", "0")}


def test_band_is_chosen_by_a_click_and_left_by_another() -> None:
    bar = figures.segments(PLUGIN, {9: 5}, QueryDict("period=30&band=promoter&cursor=abc"))

    assert [s.current for s in bar] == [False, False, True]
    assert [s.url for s in bar] == [
        "?period=30&band=detractor#answers",
        "?period=30&band=passive#answers",
        "?period=30#answers",
    ]


def test_address_changes_in_what_is_named_and_nowhere_else() -> None:
    query = QueryDict("q=caf%C3%A9+%26+t%C3%A9&step=week&survey=3")

    assert figures.with_query(query, step="month") == "?q=caf%C3%A9+%26+t%C3%A9&step=month&survey=3"
    assert figures.with_query(query, step="", survey="", missing="") == "?q=caf%C3%A9+%26+t%C3%A9"
    assert query["step"] == "week"


def test_points_of_the_trend_are_rounded_and_not_cut_off() -> None:
    entries = [
        {"start": date(2026, 1, day), "score": 44.96, "ci_low": 29.38, "ci_high": 58.04, "n": 100, "display": "full"}
        for day in (5, 12)
    ]
    trend = figures._trend(entries, "week", "January")

    assert trend is not None
    assert [point.title.partition(": ")[2] for point in trend.points] == ["45 (29.4 – 58, n 100)"] * 2
    assert figures._trend(entries[:1], "week", "January") is None


def week(day: int, n: int) -> dict[str, object]:
    estimate = nps_estimate(Tally(n, 0, 0))
    figures_of = {"score": estimate.score, "ci_low": estimate.low, "ci_high": estimate.high, "n": n}
    return {"start": date(2026, 1, day), "display": str(estimate.display), **figures_of}


def test_week_in_which_people_could_be_told_apart_is_a_gap_in_the_chart_and_in_its_table() -> None:
    moved = figures._moved([week(5, 40), week(12, 4), week(19, 5)], "week", "January")

    assert [(point.y != "", point.few) for point in moved["trend"].points] == [
        (True, False),
        (False, True),
        (True, True),
    ]
    rows = moved["trend_table"]["rows"]
    assert [(row["label"], row.get("score"), row["n"]) for row in rows] == [
        ("Jan 5, 2026", "100", 40),
        ("Jan 12, 2026", None, 4),
        ("Jan 19, 2026", "100", 5),
    ]


def test_trend_needs_two_weeks_that_may_be_shown() -> None:
    assert figures._moved([week(5, 40), week(12, 4)], "week", "January") == {"trend": None, "trend_table": None}


@pytest.mark.parametrize(
    ("n", "shown"),
    [(4, {"label": "English", "n": 4}), (5, {"label": "English", "n": 5, "few": True, "score": "100"})],
)
def test_group_in_which_people_could_be_told_apart_shows_no_score(n: int, shown: dict[str, object]) -> None:
    estimate = nps_estimate(Tally(n, 0, 0))
    row = {"label": "en", "n": n, "score": estimate.score, "ci_low": estimate.low, "ci_high": estimate.high}
    told = figures._difference({**row, "display": str(estimate.display)}, {"en": "English"})

    assert {name: told[name] for name in shown} == shown
    assert ("score" in told, "ci_low" in told) == ("score" in shown, "score" in shown)


def test_group_without_a_name_is_called_that() -> None:
    row = {"label": "", "n": 1, "display": "hidden"}

    assert figures._difference(row, {})["label"] == "none"

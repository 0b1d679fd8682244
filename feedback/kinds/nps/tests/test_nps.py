import pytest

from feedback.kinds.base import BadAnswer, Score
from feedback.kinds.nps.plugin import Nps, tally
from feedback.statistics import Tally


@pytest.mark.parametrize(
    ("raw", "score"),
    [
        ("0", Score(0, "detractor")),
        ("6", Score(6, "detractor")),
        ("7", Score(7, "passive")),
        ("8", Score(8, "passive")),
        ("9", Score(9, "promoter")),
        ("10", Score(10, "promoter")),
    ],
)
def test_parse_puts_a_score_into_its_band(raw: str, score: Score) -> None:
    assert Nps().parse(raw) == score


@pytest.mark.parametrize("raw", ["", "11", "-1", "+9", " 9", "9.0", "9e0", "nine", "９", "1_0", "0x9", "9\n", "9" * 50])
def test_parse_refuses_what_is_no_point_of_the_scale(raw: str) -> None:
    with pytest.raises(BadAnswer) as refusal:
        Nps().parse(raw)
    assert str(refusal.value) == "Please choose a number from 0 to 10."


def test_tally_counts_bands() -> None:
    assert tally({0: 1, 6: 2, 7: 3, 8: 4, 9: 5, 10: 6}) == Tally(promoters=11, passives=7, detractors=3)


def test_estimate_is_promoters_minus_detractors() -> None:
    estimate = Nps().estimate({10: 40, 9: 20, 8: 25, 3: 15})
    assert (estimate.n, estimate.score) == (100, 45.0)
    assert (round(estimate.low or 0, 2), round(estimate.high or 0, 2)) == (29.34, 58.04)


def test_detractors_are_upset_and_somebody_calls() -> None:
    cared_for = [band.slug for band in Nps.bands if band.needs_care]
    assert cared_for == ["detractor"]
    assert [Nps().feeling_of(slug) for slug in ("detractor", "passive", "promoter", "unknown")] == [
        "upset",
        "fine",
        "glad",
        "",
    ]

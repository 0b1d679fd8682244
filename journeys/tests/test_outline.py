"""The graph as lines."""

from journeys.actions.shipped import graph as shipped
from journeys.graph import parse
from journeys.outline import Count, Line, outline
from journeys.tests import factories as make


def drawn(lines: list[Line]) -> list[str]:
    """ "  node", "  branch:", "  → node"."""
    return ["  " * line.depth + _word(line) for line in lines]


def _word(line: Line) -> str:
    if line.placed:
        return line.placed.id
    return f"→ {line.goes_to.id}" if line.goes_to else f"{line.branch}:"


def test_straight_journey_is_a_straight_line() -> None:
    assert drawn(outline(parse(make.graph(make.start(), make.mail(), make.end())))) == ["start", "mail", "end"]


def test_branches_stand_to_the_right_and_what_follows_both_below() -> None:
    assert drawn(outline(parse(shipped(survey_id=1, company="Casa Lumbre")))) == [
        "wrote",
        "new",
        "  yes:",
        "  welcome",
        "  no:",
        "resolved",
        "  it happened:",
        "  settled",
        "    it happened:",
        "    → resolved",
        "    time is up:",
        "    ask",
        "  time is up:",
        "end",
    ]


def test_loop_is_a_reference() -> None:
    looping = make.graph(
        make.start(),
        make.mail(),
        make.wait(event="Paid"),
        make.end(),
        edges="start>mail mail>wait wait:timeout>mail wait:event>end",
    )

    assert drawn(outline(parse(looping))) == [
        "start",
        "mail",
        "wait",
        "  it happened:",
        "  end",
        "  time is up:",
        "  → mail",
    ]


def test_counts_stand_at_their_nodes() -> None:
    lines = outline(parse(make.graph(make.start(), make.end())), {"start": Count(2, 5)})

    assert [(line.count.standing, line.count.passed) for line in lines] == [(2, 5), (0, 0)]
    assert lines[0].summary == "Order Completed · once in a lifetime"

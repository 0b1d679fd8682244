"""The picture of a graph: ranks, order, threads and loops."""

from typing import Any

from django.utils.text import Truncator

from journeys.drawing import BESIDE, GAP_X, GAP_Y, HEIGHT, MARGIN, WIDTH, Picture, draw
from journeys.graph import parse
from journeys.outline import Count
from journeys.tests import factories as make


def fork() -> dict[str, Any]:
    return make.node("fork", "branch", conditions=[{"type": "first_time"}])


def forked() -> Picture:
    edges = "start>fork fork:yes>mail fork:no>wait mail>wait wait>end"
    return draw(parse(make.graph(make.start(), fork(), make.mail(), make.wait(), make.end(), edges=edges)))


def rank(y: int) -> int:
    return (y - MARGIN) // (HEIGHT + GAP_Y)


def test_nodes_stand_below_everything_that_leads_to_them() -> None:
    ranks = {knot.placed.id: rank(knot.y) for knot in forked().knots}
    assert ranks == {"start": 0, "fork": 1, "mail": 2, "wait": 3, "end": 4}


def test_branches_are_named_where_they_begin() -> None:
    assert [str(thread.text) for thread in forked().threads] == ["", "yes", "no", "", ""]


def test_thread_that_skips_a_rank_goes_past_what_stands_there() -> None:
    past = MARGIN + WIDTH + GAP_X // 2
    assert [f" {past} " in thread.d for thread in forked().threads] == [False, False, True, False, False]


def test_picture_is_as_large_as_what_is_in_it() -> None:
    picture = forked()
    assert (picture.width, picture.height) == (2 * MARGIN + WIDTH + GAP_X, 2 * MARGIN + 5 * HEIGHT + 4 * GAP_Y)


def test_loop_goes_back_up_at_the_side() -> None:
    edges = "start>wait wait>fork fork:yes>end fork:no>wait"
    picture = draw(parse(make.graph(make.start(), make.wait(), fork(), make.end(), edges=edges)))
    assert [thread.loops for thread in picture.threads] == [False, False, False, True]
    assert {knot.placed.id: rank(knot.y) for knot in picture.knots} == {"start": 0, "wait": 1, "fork": 2, "end": 3}


def test_nodes_of_one_rank_stand_beside_each_other_without_crossing() -> None:
    nodes = (make.start(), fork(), make.mail("a"), make.mail("b"), make.end("e1"), make.end("e2"))
    picture = draw(parse(make.graph(*nodes, edges="start>fork fork:yes>b fork:no>a b>e2 a>e1")))
    x = {knot.placed.id: knot.x for knot in picture.knots}
    assert (x["a"], x["b"]) == (x["e1"], x["e2"])
    assert abs(x["a"] - x["b"]) == WIDTH + GAP_X


def test_knots_carry_counts_and_short_names() -> None:
    long = {**make.wait(), "title": "A name that is much too long for its place"}
    picture = draw(parse(make.graph(make.start(), long, make.end())), {"wait": Count(3, 5, 1)})
    knot = next(knot for knot in picture.knots if knot.placed.id == "wait")
    assert (knot.count, len(knot.label)) == (Count(3, 5, 1), 27)
    assert knot.sense == Truncator(str(knot.placed.kind.summary(knot.placed.config))).chars(36) != ""


def test_names_of_two_ways_out_stand_on_either_side_of_them() -> None:
    yes, no = (thread for thread in forked().threads if thread.text)
    assert (yes.anchor, no.anchor) == ("end", "start")
    assert (yes.x, no.x) == (MARGIN + WIDTH // 3 - BESIDE, MARGIN + WIDTH * 2 // 3 + BESIDE)

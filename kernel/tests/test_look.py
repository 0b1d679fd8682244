from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone

from kernel.templatetags import look

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load look %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (timedelta(seconds=-20), "now"),
        (timedelta(minutes=-12), "12m ago"),
        (timedelta(hours=-2, minutes=-10), "2h ago"),
        (timedelta(days=-3), "3d ago"),
        (timedelta(minutes=12), "in 12m"),
        (timedelta(hours=5), "in 5h"),
        (timedelta(days=6), "in 6d"),
    ],
)
def test_distance_is_compact_within_a_week(apart: timedelta, words: str) -> None:
    assert look.distance(NOW + apart, NOW) == words


def test_distance_becomes_a_date_after_a_week() -> None:
    assert look.distance(NOW - timedelta(days=10), NOW) == "November 11"


def test_distance_names_the_year_of_another_year() -> None:
    assert "2024" in look.distance(NOW - timedelta(days=700), NOW)


def test_ago_carries_the_exact_time_for_hover_and_machines() -> None:
    moment = timezone.now() - timedelta(hours=3)
    html = look.ago(moment)
    assert f'datetime="{moment.isoformat().replace("+", "+")}"' in html
    assert 'data-island="relative-time"' in html
    assert ">3h ago</time>" in html


def test_ago_of_nothing_is_nothing() -> None:
    assert look.ago(None) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [("María Ruiz", "MR"), ("Lucía Fernández-Castellanos de la Vega", "LV"), ("ana.sousa@example.com", "AS"),
     ("Prince", "P"), ("", "?"), ("«»", "?"), ("łukasz żak", "ŁŻ")],
)  # fmt: skip
def test_initials(name: str, letters: str) -> None:
    assert look.initials(name) == letters


def test_hue_is_the_same_on_every_machine() -> None:
    assert [look.hue(name) for name in ("María Ruiz", "Ben Ode", "Tom Keller")] == [6, 4, 0]


def test_icon_without_a_label_is_decoration() -> None:
    assert 'aria-hidden="true"' in render('{% icon "inbox" %}')
    assert "icons.svg#inbox" in render('{% icon "inbox" %}')


def test_icon_with_a_label_is_an_image_with_a_name() -> None:
    html = render('{% icon "check" label=word %}', word='Do"ne')
    assert 'role="img" aria-label="Do&quot;ne"' in html


def test_icon_escapes_a_name_from_outside() -> None:
    assert "<script" not in render("{% icon name %}", name='"><script>')


def test_time_words_are_those_of_distance() -> None:
    html = render("{% time_words %}")
    assert 'data-past-minutes="%(n)dm ago"' in html
    assert 'data-now="now"' in html


def test_short_distance_leaves_the_direction_out() -> None:
    moment = timezone.now() - timedelta(hours=3)

    html = look.ago(moment, short=True)

    assert html.endswith('data-island="relative-time" data-short>3h</time>')
    assert look.distance(datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC), short=True) == "Mar 2"

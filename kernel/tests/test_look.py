from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

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
        (timedelta(days=7, seconds=-5), "in 7d"),
    ],
)
def test_distance_is_compact_within_a_week(apart: timedelta, words: str) -> None:
    assert look.distance(NOW + apart, NOW) == words


def test_distance_becomes_a_date_after_a_week() -> None:
    assert look.distance(NOW - timedelta(days=10), NOW) == "Nov 11"


def test_a_date_after_a_word_has_what_the_language_puts_before_it() -> None:
    told = [look.distance(NOW - timedelta(days=days), NOW, spoken=True) for days in (2, 10)]
    with translation.override("es"):
        told.append(look.distance(NOW - timedelta(days=10), NOW, spoken=True))
    assert told == ["2d ago", "on Nov 11", "el 11 de noviembre"]


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


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML) Chrome/143.0 Safari/537.36 Edg/143.0"
OPERA = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/143.0 Safari/537.36 OPR/127.0"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1"
IPAD = "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        (OPERA, "Opera on Mac"),
        (ANDROID, "Chrome on Android"),
        (IPHONE, "Safari on iPhone"),
        (IPAD, "Safari on iPad"),
        ("Mozilla/5.0 (Windows NT 10.0)", "Windows"),
        ("Firefox/140.0", "Firefox"),
        ("curl/8.5.0 (x86_64)", "curl/8.5.0"),
        ("x" * 100, "x" * 40),
        ("", "Unknown browser"),
    ],
)
def test_browser_is_named_as_its_owner_would(user_agent: str, words: str) -> None:
    """Among the places where one is signed in; most browsers name others before themselves."""
    assert look.browser(user_agent) == words


def test_browser_is_named_in_the_readers_language() -> None:
    with translation.override("es"):
        assert look.browser(FIREFOX) == "Firefox en Linux"
        assert look.browser("") != "Unknown browser"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (59, "now"),
        (-59, "now"),
        (-60, "1m ago"),
        (60, "in 1m"),
        (-3599, "59m ago"),
        (-3600, "1h ago"),
        (3600, "in 1h"),
        (-86399, "23h ago"),
        (-86400, "1d ago"),
        (86400, "in 1d"),
        (-7 * 86400 + 1, "6d ago"),
    ],
)
def test_distance_changes_its_unit_at_the_full_one(seconds: int, words: str) -> None:
    """static/js/islands/relative-time.js counts alike: a page must not jump when it wakes up."""
    assert look.distance(NOW + timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(("days", "words"), [(-7, "Nov 14"), (7, "Nov 28"), (60, "Jan 20, 2027")])
def test_week_away_in_either_direction_is_a_date(days: int, words: str) -> None:
    assert look.distance(NOW + timedelta(days=days), NOW) == words


def test_short_date_of_another_year_is_its_month() -> None:
    assert look.distance(NOW - timedelta(days=400), NOW, short=True) == "Oct 2025"
    assert look.distance(NOW - timedelta(minutes=5), NOW, short=True) == "5m"


def test_date_is_that_of_the_readers_day() -> None:
    late = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)

    with timezone.override("Europe/Madrid"):
        assert look.distance(late, NOW) == "Nov 2"
        assert 'title="Nov 2, 2026, 12:30 a.m."' in look.ago(late)


def test_distance_is_told_in_the_readers_language() -> None:
    with translation.override("es"):
        told = [look.distance(NOW + timedelta(hours=hours), NOW) for hours in (-2, 0, 3)]

    assert told == ["hace 2 h", "ahora", "en 3 h"]


def test_icon_has_the_size_that_was_asked_for_and_no_other() -> None:
    assert 'class="icon" data-size="l" aria-hidden' in render('{% icon "inbox" size="l" %}')
    assert "data-size" not in render('{% icon "inbox" %}')


def test_knot_is_one_of_the_icons() -> None:
    html = render('{% knot "order" %}')

    assert 'class="knot" aria-hidden="true"' in html
    assert "icons.svg#knot-order" in html

"""Keyset pages and counts that stop at a cap."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.models import Contact
from kernel.lists import capped_count, decode, encode, keyset_page

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)


def make(count: int, *, same_moment: bool = False) -> None:
    Contact.objects.bulk_create(
        [
            Contact(first_name=f"P{i}", last_activity_at=START + timedelta(minutes=0 if same_moment else i))
            for i in range(count)
        ]
    )


def walk(size: int) -> list[str]:
    names, cursor = [], ""
    while True:
        page = keyset_page(Contact.objects.all(), order=("-last_activity_at", "-id"), cursor=cursor, size=size)
        names += [row.first_name for row in page.rows]
        cursor = page.next
        if not cursor:
            return names


def test_pages_hold_every_row_once_in_order() -> None:
    make(7)
    assert walk(3) == ["P6", "P5", "P4", "P3", "P2", "P1", "P0"]


def test_rows_of_the_same_moment_are_neither_lost_nor_repeated() -> None:
    make(7, same_moment=True)
    assert walk(2) == ["P6", "P5", "P4", "P3", "P2", "P1", "P0"]


def test_last_page_has_no_cursor() -> None:
    make(3)
    assert keyset_page(Contact.objects.all(), order=("-last_activity_at", "-id"), size=3).next == ""


FORGED = [
    *("x", "ñ", "bm9wZQ", "W1tb" * 2000, encode([1]), encode([1, 2, 3]), encode([{"a": 1}, 2])),
    *(encode([1, 2]), encode(["x", 2]), encode(["2026-01-01T00:00:00", 2]), encode(["0001-01-01T00:00:00+14:00", 2])),
    *(encode([START, value]) for value in ("x", "2", 1.5, float("nan"), True, None, 2**63)),
]


@pytest.mark.parametrize("cursor", FORGED)
def test_a_forged_cursor_starts_from_the_top(cursor: str) -> None:
    make(2)
    page = keyset_page(Contact.objects.all(), order=("-last_activity_at", "-id"), cursor=cursor)
    assert [row.first_name for row in page.rows] == ["P1", "P0"]


def test_cursor_carries_moments_exactly() -> None:
    moment = datetime(2026, 3, 29, 1, 2, 3, 456789, tzinfo=UTC)
    assert decode(encode([moment, 5]), datetime, int) == (moment, 5)


@pytest.mark.parametrize("name", ["Ana\x00", "\ud800", 5])
def test_words_that_no_column_can_hold_are_no_cursor(name: object) -> None:
    make(2)
    page = keyset_page(Contact.objects.all(), order=("first_name", "id"), cursor=encode([name, 1]))
    assert [row.first_name for row in page.rows] == ["P0", "P1"]


def test_words_are_a_place_too() -> None:
    make(3)
    page = keyset_page(Contact.objects.all(), order=("first_name", "id"), cursor=encode(["P0", 2**62]))
    assert [row.first_name for row in page.rows] == ["P1", "P2"]


def test_count_is_exact_below_the_cap_and_says_so_above() -> None:
    make(5)
    assert str(capped_count(Contact.objects.all(), cap=5)) == "5"
    assert str(capped_count(Contact.objects.all(), cap=4)) == "4+"

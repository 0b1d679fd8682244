"""Keyset pages and counts that stop at a cap."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from crm.models import Contact, Note
from kernel.lists import Count, capped_count, decode, encode, keyset_page

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


def test_page_holds_fifty_rows_unless_told_otherwise() -> None:
    make(51)

    page = keyset_page(Contact.objects.all(), order=("-id",))

    assert (len(page.rows), page.next != "") == (50, True)


def test_list_without_rows_is_one_page() -> None:
    page = keyset_page(Contact.objects.all(), order=("-id",))

    assert (page.rows, page.next) == ([], "")


def test_cursor_of_one_column_goes_on_behind_its_row() -> None:
    make(3)
    first = keyset_page(Contact.objects.all(), order=("id",), size=2)

    assert [row.first_name for row in keyset_page(Contact.objects.all(), order=("id",), cursor=first.next).rows] == [
        "P2"
    ]


def test_oldest_first_goes_forward() -> None:
    make(3)
    order = ("last_activity_at", "id")
    first = keyset_page(Contact.objects.all(), order=order, size=2)

    rest = keyset_page(Contact.objects.all(), order=order, size=2, cursor=first.next)

    assert [row.first_name for row in [*first.rows, *rest.rows]] == ["P0", "P1", "P2"]
    assert rest.next == ""


def test_column_of_a_neighbour_is_a_place_too() -> None:
    make(2)
    ana, ben = Contact.objects.order_by("id")
    notes = [Note.objects.create(contact=contact, body=body) for contact, body in ((ben, "1"), (ana, "2"), (ana, "3"))]
    order = ("contact__last_activity_at", "id")

    first = keyset_page(Note.objects.all(), order=order, size=1)
    rest = keyset_page(Note.objects.all(), order=order, cursor=first.next)

    assert [row.pk for row in [*first.rows, *rest.rows]] == [notes[1].pk, notes[2].pk, notes[0].pk]


def test_rows_that_come_while_somebody_reads_move_nothing() -> None:
    """As pages by number would."""
    make(4)
    order = ("-last_activity_at", "-id")
    first = keyset_page(Contact.objects.all(), order=order, size=2)

    Contact.objects.create(first_name="new", last_activity_at=START + timedelta(days=1))

    rest = keyset_page(Contact.objects.all(), order=order, size=2, cursor=first.next)
    assert [row.first_name for row in rest.rows] == ["P1", "P0"]


def test_place_of_a_row_that_is_gone_is_still_a_place() -> None:
    make(3)
    order = ("-last_activity_at", "-id")
    first = keyset_page(Contact.objects.all(), order=order, size=1)

    Contact.objects.filter(pk=first.rows[0].pk).delete()

    assert [row.first_name for row in keyset_page(Contact.objects.all(), order=order, cursor=first.next).rows] == [
        "P1",
        "P0",
    ]


@pytest.mark.parametrize(("moment", "year"), [("0002-01-01T00:00:00+00:00", 2), ("9998-12-31T23:59:59+00:00", 9998)])
def test_second_and_last_but_one_year_are_moments(moment: str, year: int) -> None:
    found = decode(encode([moment]), datetime)

    assert found is not None
    assert found[0].year == year


@pytest.mark.parametrize("moment", ["0001-12-31T00:00:00+00:00", "9999-01-01T00:00:00+00:00"])
def test_first_and_last_year_are_none(moment: str) -> None:
    """In another time zone there may be no such moment."""
    assert decode(encode([moment]), datetime) is None


@pytest.mark.parametrize(
    ("number", "kept"), [(2**63 - 1, True), (2**63, False), (-(2**63), True), (-(2**63) - 1, False)]
)
def test_number_is_one_that_a_column_can_hold(number: int, kept: bool) -> None:
    assert (decode(encode([number]), int) is not None) is kept


def test_count_is_written_as_its_reader_writes_numbers() -> None:
    with translation.override("en"):
        assert [str(Count(10_000, capped=True)), str(Count(1_234, capped=False))] == ["10,000+", "1,234"]
    with translation.override("es"):
        assert str(Count(10_000, capped=True)) == "10\xa0000+"


def test_count_does_not_mind_the_order_and_keeps_to_the_filter() -> None:
    make(5)
    rows = Contact.objects.filter(first_name__in=["P1", "P2"]).order_by("-last_activity_at")

    assert capped_count(rows, cap=5) == Count(2, capped=False)
    assert capped_count(Contact.objects.all(), cap=3) == Count(3, capped=True)


def test_count_reads_no_further_than_its_cap(django_assert_num_queries: Any) -> None:
    make(5)
    with django_assert_num_queries(1) as asked:
        capped_count(Contact.objects.all(), cap=3)

    assert "LIMIT 4" in asked.captured_queries[0]["sql"]

"""Recounts: named once, in order, and with an end to what they tell."""

import pytest

from kernel import consistency
from kernel.consistency import recount, recounts, rows


@pytest.fixture(autouse=True)
def none_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "_recounts", {})


def test_recounts_come_by_name_and_the_latest_of_a_name_counts() -> None:
    @recount("statuses")
    def statuses() -> list[str]:
        return []

    @recount("counters")
    def first() -> list[str]:
        return ["first"]

    @recount("counters")
    def second() -> list[str]:
        return ["second"]

    assert recounts() == [("counters", second), ("statuses", statuses)]
    assert statuses() == []


@pytest.mark.django_db
def test_sentence_is_made_from_the_columns_of_each_row() -> None:
    wrong = "SELECT id, id * 2 AS counted FROM generate_series(1, %s) AS id ORDER BY id"

    assert list(rows(wrong, "contact {id}: counted {counted}", [2])) == [
        "contact 1: counted 2",
        "contact 2: counted 4",
    ]


@pytest.mark.django_db
def test_table_that_is_wrong_altogether_does_not_fill_the_screen() -> None:
    told = list(rows("SELECT id FROM generate_series(1, 1000) AS id ORDER BY id", "row {id}"))

    assert (len(told), told[-1]) == (consistency.SHOWN, "row 100")


@pytest.mark.django_db
def test_table_without_drift_tells_nothing() -> None:
    assert list(rows("SELECT 1 AS id WHERE false", "row {id}")) == []

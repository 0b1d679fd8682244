"""Rows as one JSON parameter, read back by the real database."""

import pytest
from django.db import connection

from kernel.recordset import as_json, recordset


@pytest.mark.django_db
def test_recordset_becomes_rows_again() -> None:
    rows = [(1, "a 'quoted' \\ text", {"deep": [1, None]}), (2, None, {})]
    with connection.cursor() as cursor:
        sql = "SELECT * FROM jsonb_to_recordset(%s::jsonb) AS t(id bigint, name text, data jsonb) ORDER BY id"
        cursor.execute(sql, [recordset(("id", "name", "data"), rows)])
        assert cursor.fetchall() == [(1, "a 'quoted' \\ text", '{"deep": [1, null]}'), (2, None, "{}")]


def test_json_is_written_without_nul() -> None:
    assert as_json(["a\x00b"]) == '["ab"]'


def test_json_keeps_a_backslash_before_what_looks_like_nul() -> None:
    assert as_json(["\\u0000", "\\\x00"]) == r'["\\u0000", "\\"]'


def test_recordset_refuses_a_row_of_another_length() -> None:
    with pytest.raises(ValueError, match="zip"):
        recordset(("id", "name"), [(1,)])

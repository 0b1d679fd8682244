"""The rhythm of the house: small functions, small files, everything annotated, tests beside it."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from config.reference import sizes


def test_no_file_is_longer_than_500_lines() -> None:
    assert sizes.too_long() == []


@pytest.fixture(scope="module")
def measured() -> sizes.Sizes:
    return sizes.measure()


def test_functions_and_files_keep_the_rhythm(measured: sizes.Sizes) -> None:
    assert measured.function_median <= 6
    assert measured.function_p90 <= 22
    assert measured.file_median <= 80
    assert measured.annotated >= 0.99
    assert measured.tests_to_code >= 1


def test_sizes_are_printed_as_json(measured: sizes.Sizes) -> None:
    out = StringIO()
    call_command("sizes", "--json", stdout=out)

    assert json.loads(out.getvalue()) == measured.as_dict()

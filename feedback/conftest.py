"""Each test begins in English: a page in Spanish leaves its thread in Spanish until the next request."""

from collections.abc import Generator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _english() -> Generator[None]:
    with translation.override("en"):
        yield

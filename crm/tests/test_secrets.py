"""Secrets at rest open only where they were closed."""

import base64
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from crm.secrets import seal, unseal

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


def test_a_secret_comes_back() -> None:
    sealed = seal("hunter2 ñ", place="channel:1:password")
    assert "hunter2" not in sealed
    assert unseal(sealed, place="channel:1:password") == "hunter2 ñ"


def test_the_same_secret_looks_different_each_time() -> None:
    assert seal("x", place="a") != seal("x", place="a")


def test_a_secret_moved_to_another_row_does_not_open() -> None:
    sealed = seal("hunter2", place="channel:1:password")
    with pytest.raises(ValueError, match="does not belong here"):
        unseal(sealed, place="channel:2:password")


def test_old_keys_open_and_the_newest_closes(settings: Any) -> None:
    settings.FIELD_KEYS = [OLD]
    sealed = seal("hunter2", place="a")
    settings.FIELD_KEYS = [NEW, OLD]
    assert unseal(sealed, place="a") == "hunter2"
    assert seal("x", place="a").startswith("new:")
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(ValueError, match="'old' that closed this secret is not in HILO_FIELD_KEYS"):
        unseal(sealed, place="a")


def test_without_keys_it_says_what_to_set(settings: Any) -> None:
    settings.FIELD_KEYS = []
    with pytest.raises(ImproperlyConfigured, match="HILO_FIELD_KEYS is empty"):
        seal("x", place="a")

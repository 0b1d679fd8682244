from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from kernel.json_fields import KeptJSON, KeptObject


@pytest.mark.parametrize(
    "written",
    [
        "NaN",
        '{"a": [Infinity]}',
        "1e999",
        '"a\\u0000b"',
        '{"a\\u0000": 1}',
        r'"\\\u0000"',
        '"\\ud800"',
        "[" * 100_000,
        "9" * 5_000,
    ],
)
def test_what_the_database_cannot_keep_is_refused_and_shown_again(written: str) -> None:
    class Form(forms.Form):
        traits = KeptJSON()

    form = Form({"traits": written})

    assert form.errors.as_data()["traits"][0].code == "unkept"
    assert form["traits"].value() == written


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('{"a": 1.5}', {"a": 1.5}),
        ("", None),
        (r'["\\u0000"]', ["\\u0000"]),
        ('["ñ😀"]', ["ñ😀"]),
        ('["\\ud83d\\ude00"]', ["😀"]),
    ],
)
def test_everything_else_is_kept(written: str, kept: Any) -> None:
    assert KeptJSON(required=False).clean(written) == kept


def test_a_list_is_no_object() -> None:
    with pytest.raises(ValidationError, match="names with their values"):
        KeptObject().clean("[1]")
    assert KeptObject().clean('{"plan": "gold"}') == {"plan": "gold"}

import pytest

from feedback.models.survey import in_language
from feedback.tests.factories import make_survey, make_user

TEXTS = {"en": {"text": "Hello", "low": "No"}, "es": {"text": "Hola"}}


@pytest.mark.parametrize(
    ("language", "name", "shown"),
    [
        ("es", "text", "Hola"),
        ("es-MX", "text", "Hola"),
        ("es", "low", "No"),
        ("fr", "text", "Hello"),
        ("", "text", "Hello"),
        ("es", "missing", ""),
    ],
)
def test_text_falls_back_from_region_to_language_to_base(language: str, name: str, shown: str) -> None:
    assert in_language(TEXTS, name, language, "en") == shown


@pytest.mark.django_db
def test_surveys_are_visible_to_everybody_who_works_here() -> None:
    survey = make_survey()
    for role in ("agent", "sales", "manager", "admin"):
        assert list(type(survey).objects.visible_to(make_user(role))) == [survey]
    nobody = make_user()
    nobody.assign_roles()
    assert list(type(survey).objects.visible_to(nobody)) == []

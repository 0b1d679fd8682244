import re

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings

from feedback import mail
from feedback.models.brand import ACCENTS
from feedback.tests.factories import make_contact, make_invitation, make_survey

pytestmark = pytest.mark.django_db
TOKEN = "t" * 22


def letter(language: str = "en", **fields: str) -> mail.Letter:
    contact = make_contact(language=language, **fields)
    invitation, _token = make_invitation(contact=contact)
    return mail.compose(invitation, contact, TOKEN)


def test_text_holds_one_link_for_each_score() -> None:
    written = letter(first_name="Ben")
    assert written.subject == "One question, ten seconds"
    assert written.text.startswith("Hello Ben,\n")
    links = re.findall(r"^(\d+): http://127.0.0.1:8000/s/t{22}\?score=(\d+)$", written.text, re.MULTILINE)
    assert links == [(str(score), str(score)) for score in range(11)]


def test_html_holds_one_button_for_each_score() -> None:
    html = letter().html
    assert re.findall(rf'href="http://127\.0\.0\.1:8000/s/{TOKEN}\?score=(\d+)" title="Answer (\d+)"', html) == [
        (str(score), str(score)) for score in range(11)
    ]
    assert all(end in html for end in ("0 · Not at all likely", "Extremely likely · 10"))
    assert "<script" not in html
    assert "<img" not in html


def test_mail_is_in_the_language_of_the_customer() -> None:
    written = letter("es", first_name="Ana")
    assert written.subject == "Una pregunta, diez segundos"
    assert "¿Qué probabilidad hay de que nos recomiendes a un amigo?" in written.text
    assert '<html lang="es"' in written.html


@pytest.mark.parametrize(("language", "used"), [("es_MX", "es"), ("EN-gb", "en"), ("fr", "es"), ("", "es")])
def test_language_falls_back_to_the_surveys(language: str, used: str) -> None:
    contact = make_contact(language=language)
    invitation, _token = make_invitation(make_survey(base_language="es"), contact)
    assert mail.language_of(contact, invitation) == used


def test_a_name_cannot_bring_markup_into_the_mail() -> None:
    html = letter(first_name="<img src=x onerror=alert(1)>").html
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html


def test_names_stay_as_they_are_in_plain_text() -> None:
    assert letter(first_name="D'Artagnan & Co").text.startswith("Hello D'Artagnan & Co,")


def test_an_invitation_without_a_version_cannot_be_written() -> None:
    invitation, _token = make_invitation()
    invitation.version = None
    assert invitation.contact is not None
    with pytest.raises(ValueError, match="with a version"):
        mail.compose(invitation, invitation.contact, TOKEN)


@pytest.mark.parametrize(
    ("language", "name", "greeting"),
    [("en", "Ben", "Hello Ben,"), ("en", "", "Hello,"), ("es", "Ana", "Hola, Ana:"), ("es", "", "Hola:")],
)
def test_everybody_is_greeted_by_name_where_there_is_one(language: str, name: str, greeting: str) -> None:
    contact = make_contact(language=language)
    contact.first_name = name
    invitation, _token = make_invitation(contact=contact)
    assert mail.compose(invitation, contact, TOKEN).text.splitlines()[0] == greeting


def test_ends_of_the_scale_are_named_and_the_company_signs() -> None:
    written = letter("en")
    for part in ("Not at all likely", "Extremely likely", "Casa Lumbre"):
        assert part in written.text
        assert part in written.html


def test_link_is_where_the_product_is_reached_from_outside(settings: Settings) -> None:
    for base in ("https://crm.casa.example", "https://crm.casa.example/"):
        settings.BASE_URL = base
        assert mail.link_to(TOKEN) == f"https://crm.casa.example/s/{TOKEN}"


def test_mail_leaves_the_language_of_whoever_writes_it_alone() -> None:
    letter("es")
    assert translation.get_language() == "en"


def test_mail_bears_the_accent_of_the_company_by_day_and_by_night() -> None:
    contact = make_contact()
    invitation, _token = make_invitation(make_survey(brand_hue=0), contact)
    html = mail.compose(invitation, contact, TOKEN).html
    by_day, by_night = ACCENTS[0]
    assert f"border-top:4px solid {by_day}" in html
    assert f".m-score {{ border-color: {by_night} !important; }}" in html


def test_scores_stand_in_rows_of_six_and_five_that_lie_side_by_side_where_there_is_room() -> None:
    rows = re.findall(r'<table[^>]* align="left" width="(\d+)".*?</table>', letter().html, re.DOTALL)
    assert rows == ["288", "240"]
    parts = letter().html.split(' align="left"')[1:]
    assert [part.partition("</table>")[0].count("?score=") for part in parts] == [6, 5]

"""A company's logo: uploaded in the settings, seen by customers on pages and in mails."""

from pathlib import Path

import pytest
from django.conf import settings as given
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from crm.models import User
from feedback import mail
from feedback.models import Survey
from feedback.tests.factories import make_contact, make_invitation, make_survey

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(survey: Survey, content: bytes, name: str = "logo.png") -> str:
    """What the settings answer; "" once it is saved."""
    client = Client()
    boss = User.objects.create_superuser("boss@hilo.example", "a long password 42", language="en")
    client.force_login(boss, backend=given.AUTHENTICATION_BACKENDS[0])
    names = ("name", "kind", "trigger", "brand_name", "brand_hue", "base_language", "quiet_days", "remind_after_days")
    fields = {name: getattr(survey, name) for name in (*names, "valid_days", "editable_days")}
    picture = SimpleUploadedFile(name, content, "image/png")
    answer = client.post(
        reverse("admin:feedback_survey_change", args=[survey.pk]), {**fields, "brand_logo": picture}, follow=True
    )
    survey.refresh_from_db()
    return "" if survey.brand_logo else answer.content.decode()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "image/png"), (b"\xff\xd8\xff\xe0" + PNG, "image/jpeg"), (b"RIFF\1\2\3\4WEBPVP8 ", "image/webp")],
)
def test_logo_is_shown_to_everybody_and_can_do_nothing_but_be_seen(content: bytes, kind: str) -> None:
    survey = make_survey()
    assert upload(survey, content) == ""
    response = Client().get(survey.brand.logo)
    assert (b"".join(response), response["Content-Type"]) == (content, kind)
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (SVG, "Choose a picture in PNG, JPEG or WebP."),
        (PNG + b"\0" * (256 << 10), "A logo may have 256 KB at most"),
    ],
)
def test_logo_that_is_no_picture_or_too_large_is_refused(content: bytes, problem: str) -> None:
    assert problem in upload(make_survey(), content)


def test_logo_stands_on_the_survey_page_and_in_the_mail(settings: Settings) -> None:
    settings.BASE_URL = "https://crm.casa.example"
    survey, contact = make_survey(), make_contact()
    upload(survey, PNG)
    invitation, token = make_invitation(survey, contact)
    page = Client().get(f"/s/{token}").content.decode()
    assert f'<img src="{survey.brand.logo}" alt="Casa Lumbre">' in page
    html = mail.compose(invitation, contact, token).html
    assert f'<img src="https://crm.casa.example{survey.brand.logo}" alt="Casa Lumbre"' in html


def test_settings_open_with_a_logo_and_link_to_it() -> None:
    survey = make_survey()
    upload(survey, PNG)
    client = Client()
    client.force_login(User.objects.get(), backend=given.AUTHENTICATION_BACKENDS[0])
    page = client.get(reverse("admin:feedback_survey_change", args=[survey.pk])).content.decode()
    assert f'href="{survey.brand.logo}"' in page


def test_logo_that_is_not_there_is_not_found() -> None:
    assert Client().get(f"/logos/{'0' * 32}").status_code == 404

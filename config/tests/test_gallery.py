import pytest
from django.test import Client

from crm.tests.factories import user

pytestmark = pytest.mark.django_db


def signed_in(role: str, **fields: str) -> Client:
    client = Client()
    client.force_login(user(role, **fields), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("sales", 403), ("manager", 403), ("admin", 200)])
def test_gallery_is_for_those_who_build_and_run_the_product(role: str, status: int) -> None:
    assert signed_in(role).get("/gallery/").status_code == status


def test_gallery_sends_a_stranger_to_sign_in() -> None:
    response = Client().get("/gallery/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_gallery_refuses_to_be_posted_to() -> None:
    assert signed_in("admin").post("/gallery/").status_code == 405


@pytest.mark.parametrize(("theme", "shown"), [("dark", True), ("light", True), ("neon", False)])
def test_gallery_shows_the_theme_asked_for(theme: str, shown: bool) -> None:
    html = signed_in("admin").get("/gallery/", {"theme": theme}).content.decode()
    assert (f'<html lang="en" data-theme="{theme}">' in html) is shown


def test_gallery_follows_the_users_own_theme_without_one() -> None:
    html = signed_in("admin", theme="dark").get("/gallery/").content.decode()
    assert 'data-theme="dark"' in html


def test_gallery_speaks_the_language_asked_for() -> None:
    html = signed_in("admin").get("/gallery/", {"lang": "es"}).content.decode()
    assert '<html lang="es"' in html


def test_gallery_keeps_the_users_language_for_an_unknown_one() -> None:
    html = signed_in("admin", language="es").get("/gallery/", {"lang": "xx"}).content.decode()
    assert '<html lang="es"' in html


def test_gallery_shows_every_feeling_and_knot() -> None:
    html = signed_in("admin").get("/gallery/").content.decode()
    for feeling in ("glad", "fine", "uneasy", "upset"):
        assert f'data-feeling="{feeling}"' in html
    for kind in ("message", "note", "order", "journey", "task", "case", "deal", "visit", "event", "call", "answer"):
        assert f"#knot-{kind}" in html


def test_gallery_shows_the_errors_of_a_form_beside_their_fields() -> None:
    html = signed_in("admin").get("/gallery/").content.decode()
    assert 'aria-invalid="true"' in html
    assert 'id="id_email_error"' in html
    assert 'aria-describedby="id_email_helptext id_email_error"' in html

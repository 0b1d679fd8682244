import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.views import gallery_customer
from crm.tests.factories import user
from omnichannel.models import Delivery

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


def components() -> set[str]:
    templates = Path(settings.BASE_DIR) / "templates"
    return {path.relative_to(templates).as_posix() for path in (templates / "components").rglob("*.html")}


def test_gallery_draws_every_component() -> None:
    response = signed_in("admin").get("/gallery/")
    drawn = {template.name for template in response.templates}
    pages_of_their_own = {"components/error_page.html"}  # with a head and without a frame: nothing can include them
    assert components() - drawn == pages_of_their_own


def test_gallery_writes_nothing_that_the_inbox_draws() -> None:
    """Rows, messages and the composer come from the inbox's templates, so that the two cannot differ."""
    written = "".join(path.read_text() for path in (Path(settings.BASE_DIR) / "templates" / "gallery").glob("*.html"))
    assert re.findall(r'class="(?:list-row|knot-item|bubble|composer|delivery)\b[^"]*"', written) == []


def test_gallery_shows_a_conversation_with_all_that_messages_can_be() -> None:
    html = signed_in("admin").get("/gallery/").content.decode()
    assert html.count('class="list-row inbox-row" data-row') == 5
    assert html.count('class="composer"') == 1
    assert re.findall(r'class="knot-item message" .*data-direction="(\w+)"', html).count("in") == 5
    for state in Delivery.State.values:
        assert f'class="delivery" data-state="{state}"' in html
    for sign in ("Private note", "automatic", "Sender verified", "Sender not verified", "factura-4711.pdf", "bounced"):
        assert sign in html
    assert "The mail server refused the recipient: 552 5.2.2 mailbox full" in html
    assert "Send again" in html
    assert "Leo Marsh is writing here now" in html
    assert "The customer wrote 2 more messages while you were writing." in html
    assert "as the message asks (Reply-To)" in html
    assert "Reopen" in html


@pytest.mark.parametrize("state", gallery_customer.STATES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_gallery_frames_what_customers_see_in_both_languages(state: str, language: str) -> None:
    client = signed_in("admin")
    assert f'src="/gallery/customer/{state}/?lang=en"' in client.get("/gallery/").content.decode()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/gallery/customer/{state}/", {"lang": language})
    assert (response.status_code, response["X-Frame-Options"]) == (200, "SAMEORIGIN")
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert f'<html lang="{language}"' in response.content.decode()
    assert [query["sql"] for query in queries if "feedback" in query["sql"]] == []


def test_gallery_frames_nothing_else() -> None:
    assert signed_in("admin").get("/gallery/customer/other/").status_code == 404


def test_gallery_shows_answers_and_journeys_in_each_state() -> None:
    html = signed_in("admin").get("/gallery/").content.decode()
    for sign in ("To be called back by", "Called back", "Somebody who was erased", "No words", "too few to show"):
        assert sign in html
    for sign in ("journey-picture", "journey-outline", "18 here", "it happened", "paused", "completed"):
        assert sign in html


def test_gallery_tells_reasons_in_the_readers_language() -> None:
    html = signed_in("admin").get("/gallery/", {"lang": "es"}).content.decode()
    assert "El servidor de correo rechazó al destinatario: 552 5.2.2 mailbox full" in html


def test_gallery_asks_the_database_only_who_is_looking() -> None:
    client = signed_in("admin")
    with CaptureQueriesContext(connection) as queries:
        client.get("/gallery/")
    tables = {table for query in queries for table in re.findall(r'(?:FROM|JOIN|INTO|UPDATE) "(\w+)"', query["sql"])}
    assert tables == {"usersessions_usersession", "crm_user", "crm_user_groups", "auth_group"}


def test_gallery_asks_the_server_for_nothing_by_itself() -> None:
    html = signed_in("admin").get("/gallery/").content.decode()
    main = html.partition("<main")[2].partition("</main>")[0]
    assert re.findall(r'hx-trigger="(?:revealed|load|every)[^"]*"', main) == []
    islands = {name for names in re.findall(r'data-island="([^"]*)"', main) for name in names.split()}
    assert "composer" in islands
    assert "desk" not in islands  # it tells the server who is here, and keeps drafts

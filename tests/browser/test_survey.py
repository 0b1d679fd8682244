"""The one-click flow as a customer's browser and a mail scanner live it."""

import re
from collections.abc import Generator
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from feedback import mail
from feedback.models import Response
from feedback.tests.factories import make_contact, make_invitation
from tests.chromium import Pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bundle")]


@pytest.fixture
def links(transactional_db: None, live_server: LiveServer) -> list[str]:
    """The eleven links of the mail that a Spanish customer got, on the test's own server."""
    cache.clear()
    contact = make_contact(first_name="Ana", language="es")
    invitation, token = make_invitation(contact=contact)
    text = mail.compose(invitation, contact, token).text
    found = re.findall(r"^\d+: (\S+)$", text, re.MULTILINE)
    return [f"{live_server.url}{urlsplit(link).path}?{urlsplit(link).query}" for link in found]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, pages: Pages) -> Generator[Page]:
    yield pages.lend(size=(320, 640), ears={}, java_script_enabled=request.param)
    pages.take_back()


def answer(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Confirmar mi respuesta").click()
    expect(page.get_by_text("Tu respuesta:")).to_be_visible()


def test_customer_confirms_adds_words_and_changes_their_mind(page: Page, links: list[str]) -> None:
    page.goto(links[9])
    expect(page.get_by_role("radio", name="9")).to_be_checked()
    assert Response.objects.get().state == "provisional"
    answer(page, links[9])
    page.get_by_label("¿Cuál es el motivo principal de tu nota?").fill("Todo perfecto")
    page.get_by_role("button", name="Enviar comentario").click()
    expect(page.get_by_text("Hemos recibido tu comentario.")).to_be_visible()
    page.get_by_text("Cambiar o retirar mi respuesta").click()
    page.get_by_role("button", name="8", exact=True).click()
    expect(page.locator(".survey-chosen")).to_have_text("8")
    response = Response.objects.get()
    assert (response.state, response.score, response.comment) == ("confirmed", 8, "Todo perfecto")


def test_page_fits_the_smallest_phone(page: Page, links: list[str]) -> None:
    page.goto(links[10])
    boxes = [label.bounding_box() for label in page.locator(".scale-item").all()]
    assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 320 for box in boxes)
    assert all(box is not None and box["height"] >= 44 for box in boxes)


def test_scanner_that_opens_every_link_cannot_vote(links: list[str]) -> None:
    for link in links:
        for method in ("HEAD", "GET"):
            with urlopen(Request(link, method=method)) as opened:
                assert opened.status == 200
    assert Response.objects.get().state == "suspected_bot"
    assert Response.objects.confirmed().count() == 0


def test_scanner_with_a_browser_cannot_vote_and_the_customer_still_can(browser: Browser, links: list[str]) -> None:
    scanner = browser.new_page()
    for link in links:
        scanner.goto(link)
    scanner.close()
    assert Response.objects.get().state == "suspected_bot"
    customer = browser.new_context()
    answer(customer.new_page(), links[3])
    customer.close()
    response = Response.objects.get()
    assert (response.state, response.score) == ("confirmed", 3)

"""One mail through the whole house, done in a browser as the people do it, on the product as `bin/up` starts it.

`HILO_SCREENSHOTS=docs/img bin/test tests/browser/test_walk.py` draws the pictures of the documents again.
"""

import os
import re
import smtplib
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from config.services import Services
from config.services.processes import wait_until
from tests import cluster
from tests.supervisor.conftest import data_dir
from tests.supervisor.product import Product

__all__ = ["data_dir"]

PASSWORD = "a demo of the house"
PICTURES = os.environ.get("HILO_SCREENSHOTS", "")
CUSTOMER = "nuria.gomez@correo.example"
PATIENCE = 30_000  # milliseconds


@pytest.fixture
def product(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    monkeypatch.setenv("HILO_DEMO_PASSWORD", PASSWORD)
    monkeypatch.delenv("HILO_SMTP_URL", raising=False)
    cluster.copy_into(data_dir)
    with Product(data_dir, demo=True) as product:
        yield product.wait_until_ready()


class House:
    """Browsers in it, one for each person."""

    def __init__(self, browser: Browser, product: Product) -> None:
        self.browser = browser
        self.product = product
        self.url = f"http://127.0.0.1:{product.port}"
        self.complaints: list[str] = []

    def stranger(self, *, width: int = 1280, language: str = "en") -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 844 if width < 500 else 800}, base_url=self.url, locale=language
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        return page

    def colleague(self, name: str, path: str) -> Page:
        page = self.stranger()
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(f"{name}@hilo.example")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        expect(page.locator(".shell-header")).to_be_visible(timeout=PATIENCE)
        page.goto(path)
        expect(page.locator(".shell-header .live")).to_have_attribute("data-state", "live", timeout=PATIENCE)
        return page

    def write(self, *, subject: str, text: str, in_reply_to: str = "") -> None:
        mail = EmailMessage()
        mail["From"] = f"Nuria Gómez <{CUSTOMER}>"
        mail["To"] = "support@hilo.example"
        mail["Subject"] = subject
        mail["Message-ID"] = f"<{time.time_ns()}@correo.example>"
        mail["Content-Language"] = "es"
        if in_reply_to:
            mail["In-Reply-To"] = in_reply_to
        mail.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.product.smtp_port) as client:
            client.send_message(mail)


def picture(page: Page, name: str) -> None:
    """Light and dark, for the documents; nothing unless they were asked for."""
    if not PICTURES:
        return
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)
        page.screenshot(path=f"{PICTURES}/{name}-{scheme}.png")


def in_outbox(page: Page, subject: str) -> Page:
    """The newest message to the customer with this subject, as the outbox viewer shows it. Sending takes a moment."""
    for _ in range(30):
        page.goto(f"/outbox/?q={CUSTOMER}")
        found = page.get_by_role("link", name=re.compile(subject))
        if found.count():
            found.first.click()
            page.wait_for_load_state()
            return page
        page.wait_for_timeout(500)
    raise AssertionError(f"{subject} never reached the outbox.")


def test_a_mail_walks_through_the_whole_house(browser: Browser, product: Product) -> None:
    house = House(browser, product)
    agent = house.colleague("agent", "/inbox/?tab=unassigned")
    manager = house.colleague("manager", "/outbox/")
    house.write(subject="Pedido 4711", text="Hola:\n\nMi pedido 4711 sigue sin llegar. ¿Dónde está?\n\nNuria")

    row = agent.locator("[id^=row-]", has_text="Pedido 4711").first
    expect(row).to_be_visible(timeout=PATIENCE)  # live: nobody touched the page
    row.click()
    expect(agent.locator(".bubble").first).to_contain_text("sigue sin llegar")
    in_outbox(manager, "Hemos recibido tu mensaje")  # the journey welcomed her, in her language

    agent.locator(".thread-assignee select").select_option(label="Inés Romero (me)")
    expect(agent.locator(".event-line").last).to_contain_text("Inés Romero")
    agent.keyboard.press("r")
    agent.keyboard.type("Hola, Nuria: salió ayer del almacén y llega mañana. Perdona la espera.")
    agent.keyboard.press("Control+Enter")
    answer = agent.locator('.message[data-direction="out"]').last
    expect(answer.locator(".bubble")).to_contain_text("llega mañana")
    expect(answer.locator(".delivery")).to_have_attribute("data-state", "sent", timeout=PATIENCE)
    in_outbox(manager, "Re: Pedido 4711")
    expect(manager.locator("main")).to_contain_text(CUSTOMER)
    message_id = re.search(r"<[^>]+@hilo\.example>", manager.locator("main").inner_text())
    assert message_id is not None

    house.write(subject="RE: Pedido 4711", text="¡Muchas gracias!", in_reply_to=message_id[0])
    expect(agent.locator(".bubble", has_text="¡Muchas gracias!").first).to_be_visible(timeout=PATIENCE)
    picture(agent, "inbox")
    agent.get_by_role("button", name=re.compile("^Resolve")).first.click()
    expect(agent.locator(".event-line").last).to_contain_text("Resolved", timeout=PATIENCE)

    nobody_undoes_it(product)
    survey = survey_link(in_outbox(manager, "diez segundos"), score=9)
    customer = house.stranger(width=390, language="es")
    customer.goto(survey)
    picture(customer, "survey")
    customer.get_by_role("button", name="Confirmar mi respuesta").click()
    customer.get_by_label("¿Cuál es el motivo principal de tu nota?").fill("Contestaron en minutos.")
    customer.get_by_role("button", name="Enviar comentario").click()
    expect(customer.get_by_text("Hemos recibido tu comentario.")).to_be_visible()

    manager.goto("/reports/nps/")
    expect(manager.locator("main")).to_contain_text("Contestaron en minutos.", timeout=PATIENCE)
    expect(manager.locator("main")).to_contain_text(re.compile(r"\bn\b"))
    picture(manager, "nps")
    expect(agent.locator("main")).to_contain_text(re.compile("Answered|9"))
    for page, path, name in ((manager, "/journeys/", "journeys"), (agent, "/contacts/", "contacts")):
        page.goto(path)
        picture(page, name)
    assert_fits_a_phone(manager)
    assert house.complaints == []


def nobody_undoes_it(product: Product) -> None:
    """The moment before the journey asks is over at once."""
    over = (
        "UPDATE journeys_timer t SET due_at = now() FROM journeys_enrolment e JOIN crm_identity i USING (contact_id)"
        " WHERE t.enrolment_id = e.id AND t.node = 'settled' AND i.value = %s"
    )
    with psycopg.connect(Services(product.data_dir).database_url, autocommit=True) as database:
        assert wait_until(lambda: database.execute(over, [CUSTOMER]).rowcount == 1, PATIENCE / 1000)


def assert_fits_a_phone(page: Page) -> None:
    """No page slides sideways under the thumb."""
    page.set_viewport_size({"width": 390, "height": 844})
    slides = {}
    for path in ("/inbox/", "/contacts/", "/tasks/", "/reports/nps/", "/journeys/", "/outbox/"):
        page.goto(path)
        slides[path] = page.evaluate("(main => main.scrollWidth - main.clientWidth)(document.querySelector('main'))")
    assert {path: by for path, by in slides.items() if by} == {}


def survey_link(page: Page, *, score: int) -> str:
    """The customer's own link to one score, from the mail as plain text."""
    page.get_by_text("As plain text").first.click()
    found = re.search(rf"^{score}: (\S+)$", page.locator("main").inner_text(), re.MULTILINE)
    assert found is not None, page.locator("main").inner_text()
    return found[1]

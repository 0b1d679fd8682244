"""Lists that are fetched again when they changed: in place, and never under the hand of whoever aims at a row."""

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.tests.factories import contact
from journeys.tests import factories as journeys
from omnichannel.actions import outgoing
from omnichannel.models import Channel, Delivery
from omnichannel.tests.factories import make_channel, make_contact
from tests.look.conftest import Open
from tests.look.test_live import Server, wait

LIST = "#deliveries tbody tr"


@pytest.fixture
def channel(transactional_db: None) -> Channel:
    return make_channel(kind="email")


def mail(channel: Channel, subject: str) -> Delivery:
    person = make_contact(f"{subject}@casa.example")
    sent = outgoing.send(contact_id=person.pk, key=subject, subject=subject, text="Hola", channel=channel)
    assert sent is not None
    return sent


def shown(open_page: Open, path: str, **how: int) -> tuple[Page, Server]:
    server = Server()
    page = open_page(path, before=server.route, **how)
    wait(page, lambda: bool(server.asked))
    page.mouse.move(5, 500)
    return page, server


def subjects(page: Page) -> Locator:
    return page.locator(f"{LIST} td[data-main]")


def changed(page: Page, server: Server, topic: str = "outbox:all") -> None:
    with page.expect_response(lambda answer: "hx-target" in answer.request.headers):
        server.say(type="stale", topics=[topic])


def test_empty_outbox_shows_its_first_message_by_itself(open_page: Open, channel: Channel) -> None:
    page, server = shown(open_page, "/outbox/")
    assert server.asked[-1]["topics"] == ["outbox:all"]
    page.mouse.move(600, 300)  # there is no row yet to aim at
    mail(channel, "one")
    server.say(type="stale", topics=["outbox:all"])
    expect(subjects(page)).to_have_text(["one"])


def test_list_keeps_its_filter(open_page: Open, channel: Channel) -> None:
    mail(channel, "one")
    page, server = shown(open_page, "/outbox/")
    page.get_by_role("searchbox").first.fill("w")
    expect(page.locator(LIST)).to_have_count(0)
    mail(channel, "two"), mail(channel, "three")
    changed(page, server)
    expect(subjects(page)).to_have_text(["two"])


def test_row_that_somebody_aims_at_stays_and_says_what_became_of_it(open_page: Open, channel: Channel) -> None:
    first = mail(channel, "one")
    page, server = shown(open_page, "/outbox/")
    page.locator(LIST).hover()
    mail(channel, "two")
    Delivery.objects.filter(pk=first.pk).update(state="failed")
    changed(page, server)
    pill = page.locator("[data-held]")
    expect(pill).to_have_text("1 new")
    expect(subjects(page)).to_have_text(["one"])
    expect(page.locator(LIST)).to_contain_text("failed")
    page.mouse.move(5, 500)
    expect(subjects(page)).to_have_text(["two", "one"])
    expect(pill).to_be_hidden()


def test_focus_stays_and_the_pill_leads_to_what_is_new(open_page: Open, channel: Channel) -> None:
    mail(channel, "one")
    page, server = shown(open_page, "/outbox/")
    page.keyboard.press("Tab")
    page.locator(f"{LIST} a").focus()
    mail(channel, "two")
    changed(page, server)
    expect(page.locator("[data-held]")).to_have_text("1 new")
    expect(page.locator(f"{LIST} a")).to_be_focused()
    page.locator("[data-held]").click()
    expect(subjects(page)).to_have_text(["two", "one"])
    expect(page.locator(f"{LIST} a").first).to_be_focused()


def test_reader_further_down_is_not_moved(open_page: Open, channel: Channel) -> None:
    for number in range(20):
        mail(channel, f"mail{number}")
    page, server = shown(open_page, "/outbox/", width=390)
    page.evaluate("document.getElementById('main').scrollTop = 400")
    at = subjects(page).nth(8).bounding_box()
    mail(channel, "newest")
    changed(page, server)
    expect(page.locator("[data-held]")).to_have_text("1 new")
    assert subjects(page).nth(8).bounding_box() == at
    page.locator("[data-held]").click()
    expect(subjects(page).first).to_have_text("newest")
    assert page.evaluate("document.getElementById('main').scrollTop") == 0


def test_second_page_of_contacts_stays_the_second(open_page: Open) -> None:
    """Its address in the browser is that of the first: the page that is shown is asked for, not the address."""
    for number in range(31):
        contact(first_name=f"Ana {number}")
    page, server = shown(open_page, "/contacts/")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#people tbody tr")).to_have_count(1)
    page.mouse.move(5, 500)
    page.evaluate("document.activeElement.blur()")
    changed(page, server, "contacts:all")
    page.wait_for_timeout(100)
    expect(page.locator("#people tbody tr")).to_have_count(1)
    expect(page.locator("#people tbody a").first).to_have_text("Ana 0")


def test_page_without_live_content_does_not_claim_any(open_page: Open) -> None:
    for path, is_live in [("/reports/", False), ("/contacts/new/", False), ("/contacts/", True)]:
        page, _server = shown(open_page, path)
        badge = page.locator(".shell-header .live")
        expect(badge).to_have_attribute("data-state", "live")
        expect(badge).to_be_visible(visible=is_live)


def test_people_of_a_journey_come_by_themselves_and_say_what_its_figures_say(open_page: Open, channel: Channel) -> None:
    journey = journeys.live(journeys.graph(journeys.start(), journeys.wait(), journeys.end()))
    page, server = shown(open_page, f"/journeys/{journey.pk}/")
    expect(page.get_by_text("Nobody here yet")).to_be_visible()
    page.mouse.move(5, 500)

    journeys.happens(journeys.contact(first_name="Ana", last_name="Ruiz"))
    server.say(type="stale", topics=[f"journey:{journey.pk}"])

    expect(page.locator("#journey-people tbody")).to_contain_text("Ana Ruiz")
    expect(page.locator(".journey-figures dd").first).to_have_text("1")

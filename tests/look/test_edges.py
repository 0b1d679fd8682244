"""Where the look breaks first: the smallest phone, colours of the reader's own, names longer than their place."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.actions import tags
from crm.models import Company, User
from crm.tests.factories import contact
from feedback.tests.factories import make_response
from journeys.actions import shipped
from omnichannel.models import Conversation
from omnichannel.tests.factories import make_channel, make_conversation
from tests.look.conftest import Open

OUTSIDE = """() => [...document.querySelectorAll(".shell-nav :is(a, button), .shell-header :is(a, button)")]
    .filter(element => element.getClientRects().length)
    .filter(element => { const box = element.getBoundingClientRect(); return box.left < 0 || box.right > innerWidth })
    .map(element => element.textContent.trim())"""
LOOK = """selector => { const style = getComputedStyle(document.querySelector(selector));
    return [style.borderTopColor, style.borderTopWidth, style.outlineColor, style.fill] }"""
STATES = [
    ("#inbox [data-write=reply]", "#inbox [data-write=note]"),
    ("#inbox .inbox-row[aria-current]", "#inbox .inbox-row:not([aria-current])"),
]


def test_bars_fit_the_smallest_phone(open_page: Open) -> None:
    journey = shipped.welcome_and_ask(company="Casa", live=True)
    page = open_page(f"/journeys/{journey.pk}/", width=320)
    expect(page.locator(".live")).to_have_attribute("data-state", "offline")
    assert page.evaluate(OUTSIDE) == []
    expect(page.locator(".shell-header").get_by_role("button", name="Pause")).to_be_visible()
    page.goto(page.url.partition("/journeys/")[0] + "/outbox/")
    assert page.evaluate(OUTSIDE) == []


def test_company_of_a_contact_is_pressed_above_the_rows_own_link(open_page: Open) -> None:
    company = Company.objects.create(name="Bodegas Ermita")
    contact(company=company)
    page = open_page("/contacts/")
    page.get_by_role("link", name="Bodegas Ermita").click(timeout=3_000)
    expect(page).to_have_url(f"{page.url.partition('/c')[0]}/companies/{company.pk}/")


def edges(page: Page, selector: str, inside: str) -> list[float]:
    """How far what `selector` finds reaches over the right edge of `inside`, and its height."""
    found: list[float] = page.evaluate(
        """([selector, inside]) => { const box = document.querySelector(selector).getBoundingClientRect()
            return [box.right - document.querySelector(inside).getBoundingClientRect().right, box.height] }""",
        [selector, inside],
    )
    return found


def test_search_on_a_phone_is_as_wide_as_what_it_searches(open_page: Open) -> None:
    page = open_page("/outbox/", width=390)
    assert edges(page, "main .search", "#deliveries")[0] == pytest.approx(0, abs=1)


def test_person_beside_a_conversation_keeps_long_names_and_scores_whole(open_page: Open) -> None:
    talk = make_conversation(make_channel(kind="email"), name="Maximiliana" * 5)
    make_response(6, at=timezone.now() - timedelta(days=60), contact=talk.contact)
    page = open_page(f"/inbox/{talk.pk}/")
    over, _height = edges(page, "#person-pane .person-name", "#person-pane")
    assert over < 0
    _over, height = edges(page, "#person-pane [aria-label=Surveys] .what", "#person-pane")
    assert height < 30


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_states_are_told_apart_in_forced_colours(open_page: Open, scheme: str) -> None:
    page = open_page(
        "/gallery/",
        before=lambda page: page.emulate_media(forced_colors="active", color_scheme=scheme),
    )
    for chosen, other in STATES:
        assert page.evaluate(LOOK, chosen) != page.evaluate(LOOK, other)
    ink = page.evaluate("getComputedStyle(document.body).color")
    other_theme = "light" if scheme == "dark" else "dark"
    page.evaluate("theme => document.documentElement.dataset.theme = theme", other_theme)
    assert page.evaluate(LOOK, ".chart text")[3] == page.evaluate("getComputedStyle(document.body).color") == ink


def test_table_in_a_mail_keeps_its_words_whole_and_scrolls(open_page: Open) -> None:
    page = open_page("/accounts/login/", width=600, signed_in=False)
    page.goto("about:blank")
    cells = "<td>Envío</td>" * 30
    page.set_content(render_to_string("omnichannel/frame.html", {"html": f"<table><tr>{cells}</tr></table>"}))
    width = page.evaluate("document.querySelector('td').getBoundingClientRect().width")
    assert width > 30
    assert page.evaluate("document.scrollingElement.scrollWidth > innerWidth")


def test_contact_on_paper_has_no_forms_and_no_filters(open_page: Open) -> None:
    person = contact()
    tags.put(person, [tags.named("VIP")], by=None)
    page = open_page(f"/contacts/{person.pk}/")
    written_into = page.locator("main :is(form, .chips, .chip-remove)")
    assert written_into.count() >= 6

    page.emulate_media(media="print")

    assert [form.get_attribute("class") for form in written_into.all() if form.is_visible()] == []
    page.emulate_media(media="screen")


def test_clock_of_a_waiting_row_stands_apart_from_whose_it_is(open_page: Open) -> None:
    """Twenty minutes are the longest that the column ever says."""
    talk = make_conversation(make_channel(kind="email"))
    Conversation.objects.filter(pk=talk.pk).update(waiting_since=timezone.now() - timedelta(minutes=20))
    User.objects.update(language="es")
    page = open_page(f"/inbox/{talk.pk}/")
    when = page.locator(f"#row-{talk.pk} .when")
    expect(when).to_contain_text("20 min")

    over = "(when) => when.firstElementChild.getBoundingClientRect().left - when.getBoundingClientRect().left"
    assert when.evaluate(over) >= 0

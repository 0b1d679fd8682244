"""The look in a browser, under the product's own content policy."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.views import gallery_customer
from crm.models import Tag, Team, User
from crm.tests.factories import contact
from feedback.tests.factories import make_invitation, make_response
from journeys.actions import shipped
from tests.look.conftest import Open

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
IMPACTS = frozenset({"minor", "moderate", "serious", "critical", None})
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
# Its whole answer tells of each element that passed, a megabyte for a page.
RUN_AXE = """async rules => {
    const found = await axe.run({runOnly: rules, resultTypes: ["violations"]});
    const told = (one, node) => [one.impact, `${one.id}: ${node.html.slice(0, 120)}`];
    return found.violations.flatMap(one => one.nodes.map(node => told(one, node)));
}"""


def violations(page: Page, impacts: frozenset[str | None] | set[str] = IMPACTS) -> list[str]:
    page.evaluate(AXE.read_text())
    found: list[tuple[str | None, str]] = page.evaluate(RUN_AXE, RULES)
    return [violation for impact, violation in found if impact in impacts]


@pytest.mark.parametrize(
    ("theme", "language", "width"),
    [("light", "en", 1280), ("dark", "es", 1280), ("light", "es", 390), ("dark", "en", 390)],
)
def test_gallery_is_accessible(open_page: Open, theme: str, language: str, width: int) -> None:
    page = open_page(f"/gallery/?theme={theme}&lang={language}", width=width)
    expect(page.locator(".live").first).to_have_attribute("data-state", "offline")
    assert violations(page) == []


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/nowhere/"])
@pytest.mark.parametrize("width", [1280, 320])
def test_entrance_is_accessible_and_fits(open_page: Open, complaints: list[str], path: str, width: int) -> None:
    page = open_page(path, width=width, signed_in=False)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    complaints[:] = [complaint for complaint in complaints if "404" not in complaint]


@pytest.mark.parametrize("path", ["/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/"])
def test_account_pages_are_accessible(open_page: Open, path: str) -> None:
    assert violations(open_page(path)) == []


@pytest.mark.parametrize("state", gallery_customer.STATES)
def test_what_customers_see_is_accessible_and_fits_the_smallest_phone(
    open_page: Open, complaints: list[str], state: str
) -> None:
    page = open_page(f"/gallery/customer/{state}/?lang=es", width=320)
    assert violations(page, {"critical", "serious"}) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("width", [1280, 390])
def test_report_journey_and_survey_page_are_accessible(open_page: Open, width: int) -> None:
    journey = shipped.welcome_and_ask(company="Casa", live=True)
    at = timezone.now() - timedelta(days=1)
    for week in range(3):
        for score in (9, 10, 8, 3, 9):
            make_response(score, at=at - timedelta(weeks=week), comment="Rápido")
    _invitation, token = make_invitation()
    report = open_page("/reports/nps/?period=own", width=width)
    expect(report.get_by_role("status").filter(has_text="Choose the first day")).to_be_visible()
    report.locator(".report-table-of").evaluate("element => element.open = true")
    assert violations(report) == []
    assert violations(open_page(f"/journeys/{journey.pk}/", width=width)) == []
    assert violations(open_page(f"/s/{token}", width=width, signed_in=False)) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_settings_and_operations_are_accessible(
    open_page: Open, colleague: User, complaints: list[str], width: int
) -> None:
    """Nothing that keeps somebody out; the best practices are Django's own business in its own pages."""
    mine = f"/admin/crm/user/{colleague.pk}"
    version = "/admin/journeys/version/add/"
    gone = f"/admin/crm/team/{Team.objects.create(name='Night shift').pk}"
    ana = f"/admin/crm/contact/{contact().pk}"
    Tag.objects.bulk_create([Tag(name=f"Tag {number}") for number in range(60)])
    page = open_page("/admin/operations/", width=width)
    assert violations(page) == []
    found = {}
    lists = ("/admin/", "/admin/crm/user/", "/admin/crm/tag/", "/admin/crm/event/", "/admin/crm/identity/")
    for path in (*lists, f"{mine}/change/", f"{ana}/change/", f"{gone}/delete/", "/admin/crm/apikey/add/", version):
        page.goto(page.url.partition("/admin/")[0] + path)
        assert complaints == []
        found[path] = violations(page, {"critical", "serious"})
        complaints.clear()  # measuring sets styles, which the policy refuses
    assert {path: ones for path, ones in found.items() if ones} == {}


@pytest.mark.parametrize("width", [390, 320])
def test_fields_of_the_settings_keep_away_from_their_cards_edge(open_page: Open, width: int) -> None:
    page = open_page(f"/admin/crm/contact/{contact().pk}/change/", width=width)
    near = page.evaluate(
        """() => {
            const card = document.querySelector("fieldset.module").getBoundingClientRect()
            return [...document.querySelectorAll("fieldset.module :is(input, select, textarea, .select2)")]
                .filter(field => field.getClientRects().length && !field.matches(".select2-hidden-accessible"))
                .map(field => [field.id || field.className, field.getBoundingClientRect()])
                .filter(([_name, box]) => box.left < card.left + 8 || box.right > card.right - 8)
                .map(([name]) => name)
        }"""
    )
    assert near == []


def test_buttons_of_the_settings_are_the_products(open_page: Open) -> None:
    """In no capitals and without the shades of Django's own, whatever sheet of Django's is read after ours."""
    page = open_page("/admin/crm/apikey/add/")
    assert page.locator("[name=_save]").evaluate("button => getComputedStyle(button).textTransform") == "none"
    assert page.locator("#id_expires_at").evaluate("field => getComputedStyle(field).borderTopStyle") == "solid"
    Tag.objects.create(name="VIP")
    page = open_page("/admin/crm/tag/")
    for place in ("#changelist-search [type=submit]", "#changelist .actions button"):
        look = page.locator(place).evaluate(
            "button => [getComputedStyle(button)].map(s => [s.borderTopWidth, s.boxShadow])[0]"
        )
        assert (look[0], "0px 0px 0px 1px inset" in look[1]) == ("0px", True), place


@pytest.mark.parametrize("path", ["/gallery/", "/api/v1/docs/"])
@pytest.mark.parametrize("width", [1280, 768, 390, 320])
def test_page_never_scrolls_sideways(open_page: Open, width: int, path: str) -> None:
    page = open_page(path, width=width)
    assert page.evaluate("[document.documentElement.scrollWidth, document.querySelector('main').scrollWidth]") == [
        width,
        page.evaluate("document.querySelector('main').clientWidth"),
    ]


def test_way_back_leads_to_the_same_place_of_a_list(open_page: Open) -> None:
    for number in range(60):
        contact(first_name=f"Ana {number}")
    page = open_page("/contacts/")
    page.locator("#main").evaluate("main => { main.scrollTop = 400 }")
    page.locator("tbody a").nth(14).click()
    expect(page.locator("h1.person-name")).to_be_visible()
    page.go_back()
    expect(page.locator("tbody a").nth(14)).to_be_in_viewport()
    assert page.locator("#main").evaluate("main => main.scrollTop") == 400


def test_only_the_main_part_scrolls(open_page: Open) -> None:
    page = open_page("/gallery/#states")
    assert page.evaluate("[scrollY, document.documentElement.scrollHeight]") == [0, 900]
    assert page.evaluate("document.querySelector('main').scrollTop") > 0


def test_targets_are_large_enough(open_page: Open) -> None:
    page = open_page("/gallery/", width=390)
    small = page.evaluate(
        """() => [...document.querySelectorAll("main .button:not([data-kind=link]), main .chip, main .tab, .nav-item")]
            .filter(element => element.getClientRects().length)
            .filter(element => element.getBoundingClientRect().height < 24)
            .map(element => element.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_palette_opens_by_keyboard_and_closes_by_escape(open_page: Open) -> None:
    page = open_page("/gallery/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    expect(page.locator("#palette input")).to_be_focused()
    expect(page.locator("#palette [role=option][aria-selected=true]")).to_have_count(1)
    page.keyboard.type("who")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.press("?")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("#shortcuts")).to_be_visible()


def test_escape_leaves_what_is_being_typed(open_page: Open) -> None:
    page = open_page("/gallery/")
    page.locator("main input[type=search]").first.fill("who")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()


def test_shortcuts_are_listed_and_silent_while_typing(open_page: Open) -> None:
    page = open_page("/gallery/")
    page.locator("main input[type=search]").first.fill("who?")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.locator("main h2").first.click()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    expect(page.locator("#shortcuts dl").first.locator("dt").first).not_to_be_empty()


def test_shortcuts_can_be_switched_off(open_page: Open) -> None:
    page = open_page("/gallery/")
    page.keyboard.press("?")
    page.locator("#shortcuts [data-shortcuts-on]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("main input[type=search]").first).not_to_be_focused()


def test_list_is_walked_with_j_and_k(open_page: Open) -> None:
    page = open_page("/gallery/")
    rows = page.locator("#inbox [data-row]")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()


def test_server_that_could_not_be_reached_is_complained_of_until_it_answers(open_page: Open) -> None:
    page = open_page("/gallery/")
    happen = "([name, detail]) => document.dispatchEvent(new CustomEvent(name, {detail}))"
    toast = page.locator("#toasts .toast", has_text="cannot be reached")
    page.evaluate(happen, ["htmx:sendError", {}])
    page.evaluate(happen, ["htmx:afterRequest", {"successful": False}])
    expect(toast).to_have_count(1)

    page.evaluate(happen, ["htmx:afterRequest", {"successful": True}])

    expect(toast).to_have_count(0)


def test_toast_offers_undo_and_an_error_stays(open_page: Open) -> None:
    page = open_page("/gallery/")
    show = "detail => document.body.dispatchEvent(new CustomEvent('toast', {detail}))"
    page.evaluate(show, {"level": "success", "text": "Resolved", "undo": {"url": "/gallery/", "method": "GET"}})
    page.evaluate(show, {"level": "error", "text": "<b>Broken</b>"})
    toasts = page.locator("#toasts .toast")
    expect(toasts).to_have_count(2)
    expect(toasts.nth(1)).to_contain_text("<b>Broken</b>")
    page.evaluate(show, {"level": "error", "text": "<b>Broken</b>"})
    expect(toasts).to_have_count(2)
    expect(toasts.nth(0).locator("> .icon:visible use")).to_have_attribute("href", re.compile("#check$"))
    expect(toasts.nth(1).locator("> .icon:visible use")).to_have_attribute("href", re.compile("#circle-alert$"))
    with page.expect_request("**/gallery/") as request:
        toasts.nth(0).locator("[data-undo]").click()
    assert request.value.method == "GET"
    expect(toasts).to_have_count(1)


def test_menu_opens_moves_and_returns_focus(open_page: Open) -> None:
    page = open_page("/gallery/")
    button = page.locator("[popovertarget=g-menu]")
    button.click()
    expect(page.locator("#g-menu .menu-item").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#g-menu .menu-item").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_theme_is_chosen_and_kept(open_page: Open) -> None:
    page = open_page("/gallery/")
    page.locator("[popovertarget=user-menu]").click()
    with page.expect_response("**/preferences/") as answer:
        page.locator("#user-menu button[name=theme][value=dark]").click()
    assert answer.value.status == 204
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_confirmation_asks_in_our_words_and_no_means_no(open_page: Open) -> None:
    page = open_page("/gallery/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.locator("[hx-confirm]").click()
    expect(page.locator("#confirm [data-question]")).to_have_text("Delete María Ruiz and her thread?")
    page.locator("#confirm button[value=no]").click()
    expect(page.locator("#confirm")).to_be_hidden()
    assert "POST" not in sent


def test_phone_keeps_four_entries_in_reach_and_the_others_behind_more(open_page: Open) -> None:
    page = open_page("/gallery/", width=390)
    bar = page.locator(".shell-nav .nav-list")
    assert bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth")
    expect(bar.locator("a:visible")).to_have_count(4)
    bar.get_by_role("button", name="More").click()
    expect(page.locator("#nav-more a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#nav-more")).to_be_hidden()


def test_gallery_sends_nothing_of_a_conversation_that_is_none(open_page: Open, complaints: list[str]) -> None:
    page = open_page("/gallery/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.locator("#inbox [data-row]").nth(1).click()
    page.locator("#inbox textarea").fill("Hola")
    page.locator("#inbox .composer button[type=submit]").click()
    page.locator("#inbox").get_by_role("button", name="Resolve", exact=True).click()
    page.locator("#said").get_by_role("button", name="Send again").click()
    expect(page.locator("#inbox .composer button[type=submit]")).to_have_accessible_name("Send")
    page.locator("#inbox [data-write=note]").click()
    expect(page.locator("#inbox .composer")).to_have_attribute("data-mode", "note")
    expect(page.locator("#inbox .composer button[type=submit]")).to_have_accessible_name("Keep note")
    expect(page.locator("#inbox textarea")).to_have_value("Hola")
    assert [url for url in sent if "/static/" not in url and "/gallery/customer/" not in url] == []
    assert {complaint for complaint in complaints if "targetError" not in complaint} == set()
    complaints.clear()


def test_phone_walks_list_thread_person(open_page: Open) -> None:
    page = open_page("/gallery/", width=390)
    panes = page.locator("#inbox .panes > .pane")
    expect(panes.nth(1)).to_be_visible()
    page.locator("#inbox .pane-back[data-to=person]").click()
    expect(panes.nth(2)).to_be_visible()
    expect(panes.nth(1)).to_be_hidden()

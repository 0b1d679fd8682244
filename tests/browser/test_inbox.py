"""Two colleagues at the inbox: what one does, the other sees, without touching the page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from crm.models import Team, User
from omnichannel.actions import conversations, inboxes
from omnichannel.models import Channel, Delivery, Draft, Message
from omnichannel.tests.factories import inbound, make_conversation, make_user
from tests.browser.conftest import Elsewhere, OpenAs, live

pytestmark = pytest.mark.django_db(transaction=True)


def said(page: Page, direction: str, part: str = ".bubble") -> Locator:
    """What the server has, not what the page shows meanwhile."""
    return page.locator(f'.message[data-direction="{direction}"]:not([data-pending]) {part}')


def counter(page: Page, name: str) -> Locator:
    return page.locator(f'.inbox-tabs [data-counter="inbox-{name}"]')


def test_two_colleagues_see_the_same_story_unfold(
    open_as: OpenAs, lola: User, nuno: User, channel: Channel, work: Callable[[], None], elsewhere: Elsewhere
) -> None:
    one, two = live(open_as(lola, "/inbox/?tab=all")), live(open_as(nuno, "/inbox/?tab=all"))
    conversation = elsewhere(
        make_conversation, channel, subject="Pedido 4711", text="¿Dónde está?", message_id="q1@casa.example"
    )
    for page in (one, two):
        expect(page.locator(f"#row-{conversation.pk}")).to_contain_text("Pedido 4711")
        expect(page.locator('.inbox-tabs [data-counter="inbox-unassigned"]')).to_have_text("1")
        page.locator(f"#row-{conversation.pk}").click()
        expect(page.locator(".bubble").first).to_have_text("¿Dónde está?")

    one.locator(".thread-assignee select").select_option(str(lola.pk))
    expect(two.locator(".event-line")).to_contain_text("Assigned to Lola Vidal")
    expect(two.locator(".thread-assignee select")).to_have_value(str(lola.pk))
    expect(one.locator('.inbox-tabs [data-counter="inbox-mine"]')).to_have_text("1")

    one.keyboard.press("n")
    one.keyboard.type("Sale hoy del almacén")
    one.keyboard.press("Control+Enter")
    expect(said(two, "note")).to_have_text("Sale hoy del almacén")

    one.get_by_role("button", name="Reply").first.click()
    one.keyboard.type("Llega mañana")
    one.keyboard.press("Control+Enter")
    expect(said(two, "out")).to_have_text("Llega mañana")
    for page in (one, two):
        expect(page.locator("#person-pane")).to_contain_text("Llega mañana")
    work()
    for page in (one, two):
        expect(said(page, "out", ".delivery")).to_have_attribute("data-state", "sent")

    answered = Message.objects.get(text="Llega mañana").message_id
    elsewhere(conversations.receive, channel, inbound(text="¡Gracias!", in_reply_to=answered))
    for page in (one, two):
        expect(page.locator('.message[data-direction="in"] .bubble').last).to_have_text("¡Gracias!")

    two.locator("body").press("e")
    expect(one.locator(".event-line").last).to_contain_text("Resolved by Nuno Paz")
    expect(one.get_by_role("button", name="Reopen")).to_be_visible()
    expect(one.locator(f"#rows-all #row-{conversation.pk}")).to_have_count(0)
    for page in (one, two):
        for name in ("all", "mine", "unassigned"):
            expect(counter(page, name)).to_have_attribute("data-count", "0")


def test_inbox_handed_to_another_team_leaves_the_screens_of_the_first_and_comes_to_the_second(
    open_as: OpenAs, lola: User, channel: Channel, elsewhere: Elsewhere, complaints: list[str]
) -> None:
    other = Team.objects.create(name="Wholesale")
    conversation = elsewhere(make_conversation, channel, text="¿Dónde está?")
    page = live(open_as(lola, f"/inbox/{conversation.pk}/?tab=all"))
    theirs = live(open_as(make_user("agent", team=other), "/inbox/?tab=all"))
    page.get_by_label("Message", exact=True).fill("Llega mañana")

    elsewhere(inboxes.hand_to, channel.inbox, other)
    expect(page.locator(f"#row-{conversation.pk}")).to_have_count(0)
    expect(page.get_by_role("alert").filter(has_text="handed to another team")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Llega mañana")
    expect(theirs.locator(f"#row-{conversation.pk}")).to_be_visible()

    elsewhere(make_conversation, channel, subject="Pedido 4712", sender="otra@casa.example")
    expect(theirs.locator("#rows-all")).to_contain_text("Pedido 4712")
    assert [complaint for complaint in complaints if "404" not in complaint] == []
    complaints.clear()


def test_who_answers_takes_it_and_can_hand_it_back(
    open_as: OpenAs, lola: User, channel: Channel, elsewhere: Elsewhere
) -> None:
    conversation = elsewhere(make_conversation, channel, text="¿Dónde está?")
    page = live(open_as(lola, f"/inbox/{conversation.pk}/"))
    page.keyboard.press("r")
    page.keyboard.type("Llega mañana")
    page.keyboard.press("Control+Enter")
    chosen = page.locator(".thread-assignee select")
    expect(chosen).to_have_value(str(lola.pk))
    expect(counter(page, "mine")).to_have_text("1")
    expect(counter(page, "unassigned")).to_have_attribute("data-count", "0")
    chosen.select_option("")
    expect(page.locator("#toasts")).to_contain_text("Back in the queue")
    expect(counter(page, "unassigned")).to_have_text("1")


def test_outbox_keeps_each_delivery_on_one_line(open_as: OpenAs, lola: User, channel: Channel) -> None:
    conversations.reply(make_conversation(channel=channel), by=lola, body="Tomorrow.", channel=channel)
    page = open_as(lola, "/outbox/")
    icon, cell = (page.locator(f"tbody td.nowrap{part}").bounding_box() for part in (" .icon", ""))
    assert icon is not None
    assert cell is not None
    assert abs(icon["y"] + icon["height"] / 2 - cell["y"] - cell["height"] / 2) < 4


def test_tags_are_put_on_beside_the_thread_and_seen_on_the_persons_page(
    open_as: OpenAs, lola: User, nuno: User, channel: Channel
) -> None:
    conversation = make_conversation(channel)
    one, two = (
        live(open_as(lola, f"/inbox/{conversation.pk}/")),
        live(open_as(nuno, f"/contacts/{conversation.contact_id}/")),
    )
    one.get_by_label("New tag").fill("VIP")
    one.keyboard.press("Enter")
    for place in ("#contact-head-tags", "#contact-tag-list"):
        expect(two.locator(f"{place}-{conversation.contact_id}")).to_have_text(" VIP" if "head" in place else "VIP")
    expect(one.get_by_label("New tag")).to_be_focused()

    one.get_by_role("button", name="Take off the tag VIP").click()
    expect(two.locator(f"#contact-tag-list-{conversation.contact_id} li")).to_have_count(0)
    one.locator(".toast", has_text="Tag taken off: VIP").locator("[data-undo]").click()
    expect(two.get_by_role("button", name="Take off the tag VIP")).to_be_visible()


def test_undo_takes_a_resolution_back(open_as: OpenAs, lola: User, channel: Channel) -> None:
    conversation = make_conversation(channel)
    page = live(open_as(lola, f"/inbox/{conversation.pk}/"))
    page.locator(".composer textarea").fill("Está en camino")
    page.locator(".composer textarea").blur()
    page.locator("body").press("e")
    expect(page.locator("#toasts")).to_contain_text("What you had written was not sent")
    expect(page.locator(".composer textarea")).to_have_value("Está en camino")
    page.locator("[data-undo]:visible").click()
    expect(page.get_by_role("button", name=re.compile("^Resolve"))).to_have_count(2)
    conversation.refresh_from_db()
    assert conversation.is_resolved is False


def test_changed_thread_stops_the_reply_and_keeps_its_text(open_as: OpenAs, lola: User, channel: Channel) -> None:
    conversation = make_conversation(channel, message_id="q2@casa.example")
    page = live(open_as(lola, f"/inbox/{conversation.pk}/"))
    page.locator(".composer textarea").fill("Está en camino")
    Message.objects.create(
        contact=conversation.contact, conversation=conversation, channel=channel, direction="inbound", text="¡Ya llegó!"
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator(".composer-news")).to_contain_text("The customer wrote again while you were writing.")
    expect(page.locator(".bubble").last).to_have_text("¡Ya llegó!")
    expect(page.locator(".composer textarea")).to_have_value("Está en camino")
    assert Delivery.objects.count() == 0
    page.get_by_role("button", name="Send anyway").click()
    expect(said(page, "out")).to_have_text("Está en camino")
    expect(page.locator(".composer-news .notice")).to_have_count(0)
    assert Delivery.objects.count() == 1


def test_draft_survives_a_reload_and_leaves_with_the_message(open_as: OpenAs, lola: User, channel: Channel) -> None:
    conversation = make_conversation(channel)
    page = live(open_as(lola, f"/inbox/{conversation.pk}/"))
    page.locator("body").press("n")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.type("a medias")
    page.reload()
    expect(page.locator(".composer textarea")).to_have_value("a medias")
    expect(page.locator(".composer")).to_have_attribute("data-mode", "note")
    with page.expect_response("**/messages/"):
        page.locator(".composer textarea").press("Control+Enter")
    expect(said(page, "note")).to_have_text("a medias")
    page.reload()
    expect(page.locator(".composer textarea")).to_have_value("")


def test_reply_that_cannot_be_sent_says_why_and_keeps_its_text(
    open_as: OpenAs, lola: User, channel: Channel, complaints: list[str]
) -> None:
    conversation = make_conversation(channel)
    page = live(open_as(lola, f"/inbox/{conversation.pk}/"))
    conversation.messages.update(identity=None)
    conversation.contact.identities.all().delete()
    page.locator(".composer textarea").fill("Está en camino")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("No active channel reaches this person")
    expect(page.locator(".composer textarea")).to_have_value("Está en camino")
    expect(page.locator('.message[data-direction="out"]')).to_have_count(0)


def test_refusal_is_no_success_for_any_optimistic_form(open_as: OpenAs, lola: User, channel: Channel) -> None:
    """The composer's own script stays away: what is left is what every optimistic form does."""
    conversation = make_conversation(channel)
    page = live(open_as(lola, "/inbox/?tab=all"))

    served: list[str] = []

    def without_composer(route: Route) -> None:
        response = route.fetch()
        served.extend(re.findall(r'name="client_id" value="(\w+)"', response.text()))
        html = response.text().replace('data-island="composer optimistic attachments desk"', 'data-island="optimistic"')
        route.fulfill(response=response, body=html)

    page.route(f"**/inbox/{conversation.pk}/*", without_composer)
    with page.expect_response(f"**/inbox/{conversation.pk}/*"):
        page.locator(f"#row-{conversation.pk}").click()
    expect(page.locator("[data-island=optimistic] [name=client_id]")).not_to_have_value(served[0])  # it is mounted
    page.locator(".composer textarea").fill("   ")
    with page.expect_response("**/messages/"):
        page.keyboard.press("Control+Enter")
    expect(page.locator(".message[data-failed] .delivery:visible")).to_have_text("Not sent")  # for four seconds
    expect(page.locator(".toast")).to_contain_text("Write something first.")
    expect(page.locator(".composer textarea")).to_have_value("   ")


def test_slow_answer_shows_its_shape_until_it_comes_or_does_not(open_as: OpenAs, lola: User, channel: Channel) -> None:
    conversation = make_conversation(channel, text="¿Dónde está?")
    page = live(open_as(lola, "/inbox/?tab=all"))
    held: list[Route] = []
    page.route(f"**/inbox/{conversation.pk}/*", lambda route: held.append(route))
    waiting = page.locator("#thread-pane > .waiting")

    page.locator(f"#row-{conversation.pk}").click()
    expect(waiting.get_by_role("status")).to_have_text("Loading")
    held.pop().fulfill(status=204)
    expect(waiting).to_have_count(0)

    page.locator(f"#row-{conversation.pk}").click()
    expect(waiting).to_be_visible()
    held.pop().continue_()
    expect(page.locator("#thread-pane .bubble")).to_contain_text("¿Dónde está?")
    expect(waiting).to_have_count(0)


def test_keys_move_open_and_go_on(open_as: OpenAs, lola: User, channel: Channel) -> None:
    older, newer = (make_conversation(channel, sender=f"{name}@casa.example") for name in ("b", "a"))
    page = live(open_as(lola, "/inbox/?tab=unassigned"))
    page.get_by_role("link", name="All").first.click()
    page.locator(f"#rows-all #row-{newer.pk}").click()
    expect(page).to_have_url(re.compile(rf"/inbox/{newer.pk}/\?tab=all$"))
    page.reload()
    expect(page.locator(f"#rows-all #row-{newer.pk}")).to_have_attribute("aria-current", "true")
    live(page).goto(page.url.partition("/inbox/")[0] + "/inbox/?tab=unassigned")
    live(page).locator("body").press("j")
    page.keyboard.press("Enter")
    expect(page.locator(f'[data-conversation="{newer.pk}"]')).to_be_visible()
    page.locator("body").press("E")
    expect(page.locator(f'[data-conversation="{older.pk}"]')).to_be_visible()
    expect(page.locator(f"#rows-unassigned #row-{newer.pk}")).to_have_count(0)
    expect(page).to_have_url(re.compile(rf"/inbox/{older.pk}/\?tab=unassigned$"))


def test_phone_goes_from_list_to_thread_to_person_and_back(open_as: OpenAs, lola: User, channel: Channel) -> None:
    conversation = make_conversation(channel, sender="ana@casa.example", subject="Pedido 4711")
    page = live(open_as(lola, "/inbox/?tab=all", width=390))
    page.locator(f"#row-{conversation.pk}").tap()
    expect(page.locator("#thread-pane")).to_be_visible()
    expect(page.locator("#list-pane")).to_be_hidden()
    page.locator('#thread-pane [data-to="person"]').tap()
    expect(page.locator("#person-pane")).to_contain_text("ana@casa.example")
    page.go_back()
    expect(page.locator("#thread-pane")).to_be_visible()
    page.go_forward()
    page.locator('#person-pane [data-to="thread"]').tap()
    expect(page.locator("#thread-pane")).to_be_visible()
    page.go_back()
    expect(page.locator("#list-pane")).to_be_visible()
    page.locator(f"#row-{conversation.pk}").tap()
    page.locator('#thread-pane [data-to="list"]').tap()
    expect(page.locator("#list-pane")).to_be_visible()


def test_colleagues_see_each_other_and_drafts_wait_on_the_server(
    open_as: OpenAs, lola: User, nuno: User, channel: Channel
) -> None:
    conversation = make_conversation(channel)
    page = live(open_as(lola, f"/inbox/{conversation.pk}/"))
    with page.expect_response("**/draft/"):
        page.locator(".composer textarea").fill("a medias")
    expect(page.locator(".composer textarea")).to_have_value("a medias")

    other = live(open_as(nuno, f"/inbox/{conversation.pk}/"))
    expect(other.locator(".composer-others")).to_have_text("Lola Vidal is writing here now")
    expect(other.locator(".composer textarea")).to_have_value("")

    page.close()
    elsewhere = live(open_as(lola, f"/inbox/{conversation.pk}/"))
    expect(elsewhere.locator(".composer textarea")).to_have_value("a medias")
    expect(elsewhere.locator(".composer-others")).to_have_text("Nuno Paz is looking at this too")
    with elsewhere.expect_response("**/messages/"), elsewhere.expect_response("**/presence/"):
        elsewhere.locator(".composer textarea").press("Control+Enter")
    expect(other.locator(".composer-others")).not_to_contain_text(
        "writing", timeout=4_000
    )  # sooner than it asks by itself
    expect(said(elsewhere, "out")).to_have_text("a medias")
    assert Draft.objects.count() == 0


def test_what_comes_waits_while_somebody_aims_at_a_row(
    open_as: OpenAs, lola: User, channel: Channel, elsewhere: Elsewhere
) -> None:
    older, newer = (make_conversation(channel, sender=f"{name}@casa.example", message_id=name) for name in ("b", "a"))
    page = live(open_as(lola, "/inbox/?tab=all"))
    rows, pill = page.locator("#rows-all .inbox-row:visible"), page.locator("[data-held]")
    rows.first.hover()
    latest = elsewhere(make_conversation, channel, sender="c@casa.example")
    expect(pill).to_have_text("1 new")
    elsewhere(conversations.receive, channel, inbound(text="¿Y?", sender="b@casa.example", in_reply_to="b"))
    expect(pill).to_have_text("2 new")
    order = "rows => rows.map(row => row.id)"
    assert rows.evaluate_all(order) == [f"row-{newer.pk}", f"row-{older.pk}"]
    page.locator("#thread-pane").hover()
    expect(pill).to_be_hidden()
    assert rows.evaluate_all(order) == [f"row-{one.pk}" for one in (older, latest, newer)]

    page.locator("body").press("j")
    elsewhere(conversations.receive, channel, inbound(text="¿Y?", sender="a@casa.example", in_reply_to="a"))
    expect(pill).to_have_text("1 new")
    pill.press("Enter")
    expect(page.locator(f"#row-{newer.pk}")).to_be_focused()
    assert rows.evaluate_all(order) == [f"row-{one.pk}" for one in (newer, older, latest)]


def test_low_window_leaves_room_for_what_was_said(open_as: OpenAs, lola: User, channel: Channel) -> None:
    conversation = make_conversation(channel, text="¿Dónde está?\n" * 40)
    page = live(open_as(lola, f"/inbox/{conversation.pk}/"))
    page.set_viewport_size({"width": 720, "height": 450})
    said = page.locator(".pane-body[tabindex]")
    assert said.evaluate("box => box.clientHeight") > 250
    page.keyboard.press("n")
    expect(page.locator(".composer textarea")).to_be_focused()
    expect(page.get_by_role("button", name="Keep note")).to_be_in_viewport(ratio=1)
    page.locator(".composer textarea").blur()
    page.set_viewport_size({"width": 640, "height": 360})
    assert page.locator(".thread-page").evaluate(
        "page => [page.scrollHeight > 2 * page.clientHeight, page.clientHeight > 200]"
    ) == [
        True,
        True,
    ]


def test_laptop_shows_twenty_five_rows_and_each_is_a_target(open_as: OpenAs, lola: User, channel: Channel) -> None:
    for number in range(25):
        make_conversation(channel, sender=f"p{number}@casa.example", subject="Pedido 4711", text="¿Dónde está?")
    page = open_as(lola, "/inbox/?tab=all")
    expect(page.locator(".inbox-row")).to_have_count(25)
    boxes = page.locator(".inbox-row").evaluate_all("rows => rows.map(r => r.getBoundingClientRect().toJSON())")
    assert [box["bottom"] <= 800 and box["height"] >= 24 for box in boxes] == [True] * 25


def test_mail_with_remote_pictures_asks_nobody_until_told(open_as: OpenAs, lola: User, channel: Channel) -> None:
    html = '<p>Hola <b>Lola</b></p><img data-remote-src="https://tracker.example/p.png" alt="logo">'
    conversation = make_conversation(channel, html=html, text="Hola Lola")
    page = live(open_as(lola, f"/inbox/{conversation.pk}/"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator(".bubble-quote summary").click()
    frame = page.frame_locator(".bubble-frame")
    expect(frame.locator("b")).to_have_text("Lola")
    expect(page.locator(".remote-notice")).to_contain_text("1 picture from another server is not loaded")
    assert [url for url in asked if "tracker.example" in url] == []

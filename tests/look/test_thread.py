"""A person's thread while things happen: under its month, and under the filter that the reader chose."""

from playwright.sync_api import expect

from crm import pages
from crm.actions import notes
from crm.models import Event, User
from crm.tests.factories import contact
from tests.look.conftest import Open
from tests.look.test_live import Server, wait


def told(name: str, viewer: User) -> str:
    """What the events of this name are on the screen of whoever has their person's page open, all in one push."""
    events = Event.objects.filter(name=name).select_related("contact").order_by("pk")
    return "".join(pages.new_knot(event, event.contact_id or 0, viewer) for event in events)


def test_what_happens_now_stands_under_this_month_which_is_named_once(open_page: Open, colleague: User) -> None:
    server, ana = Server(), contact(first_name="Ana")
    page = open_page(f"/contacts/{ana.pk}/", before=server.route)
    wait(page, lambda: bool(server.asked))
    for body in ("first", "second"):
        notes.write(ana, by=colleague, body=body)
    server.say(type="fragments", html=told("note.written", colleague), cursor="8-0")
    thread = page.locator(f"#thread-{ana.pk} > li")
    expect(thread).to_have_count(4)
    kinds = thread.evaluate_all("items => items.map(item => item.className)")
    assert kinds == ["thread-day", "knot-item", "knot-item", "knot-item"]
    expect(thread.nth(1)).to_contain_text("second")


def test_first_note_under_the_filter_of_notes_takes_the_place_of_the_empty_words(
    open_page: Open, colleague: User
) -> None:
    server, ana = Server(), contact(first_name="Ana")
    page = open_page(f"/contacts/{ana.pk}/?kind=note", before=server.route)
    wait(page, lambda: bool(server.asked))
    empty, knots = page.locator("#story > .empty"), page.locator("#story .knot-item")
    expect(empty).to_be_visible()
    expect(page.locator("#story > .thread")).to_be_hidden()
    notes.write(ana, by=colleague, body="Called back")
    server.say(
        type="fragments", html=told("contact.created", colleague) + told("note.written", colleague), cursor="8-0"
    )
    expect(knots).to_have_count(1)
    expect(knots).to_contain_text("Called back")
    expect(empty).to_be_hidden()

"""What a finger can hit: on a phone every control of the daily screens is 44 px in both directions."""

import pytest
from playwright.sync_api import Page

from crm.actions import tasks
from crm.models import User
from omnichannel.models import Channel
from omnichannel.tests.factories import make_conversation
from tests.browser.conftest import Elsewhere, OpenAs, live

pytestmark = pytest.mark.django_db(transaction=True)
FINGER, MOUSE = 44, 24

# Around the middle of each control, how far in each direction a point still belongs to it or to what it labels.
MEASURE = """(selector) => {
  const shown = [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility())
  return shown.map((element) => {
    element.scrollIntoView({ block: "center" })
    const box = element.getBoundingClientRect()
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
    const own = (dx, dy) => element.contains(document.elementFromPoint(x + dx, y + dy))
    const reach = (dx, dy) => { let n = 0; while (n < 60 && own(dx * (n + 1), dy * (n + 1))) n += 1; return n }
    const name = element.getAttribute("aria-label") || element.title || element.name || element.textContent.trim()
    return [name, reach(-1, 0) + reach(1, 0) + 1, reach(0, -1) + reach(0, 1) + 1]
  })
}"""
THREAD = (
    ".thread-head button, .thread-head select, .composer :is(button, label.button, textarea), .composer-copies summary"
)
LIST = ".inbox-tabs .tab, .inbox-search input"


def too_small(page: Page, selector: str, least: int) -> list[tuple[str, int, int]]:
    measured = page.evaluate(MEASURE, selector)
    assert measured, selector
    return [(name, width, height) for name, width, height in measured if min(width, height) < least - 1]


def overflows(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize("width", [390, 320])
def test_every_control_of_the_inbox_is_large_enough_for_a_finger(
    open_as: OpenAs, lola: User, channel: Channel, elsewhere: Elsewhere, width: int
) -> None:
    conversation = elsewhere(make_conversation, channel, text="¿Dónde está?")
    lists = live(open_as(lola, "/inbox/?tab=all", width=width))
    thread = live(open_as(lola, f"/inbox/{conversation.pk}/", width=width))

    assert too_small(lists, LIST, FINGER) == []
    assert too_small(thread, THREAD, FINGER) == []
    assert not overflows(lists)
    assert not overflows(thread)


@pytest.mark.parametrize(("width", "least"), [(390, FINGER), (1280, MOUSE)])
def test_tasks_and_notes_are_as_easy_to_hit(
    open_as: OpenAs, lola: User, channel: Channel, elsewhere: Elsewhere, width: int, least: int
) -> None:
    contact = elsewhere(make_conversation, channel, text="¿Dónde está?").contact
    elsewhere(tasks.plan, contact=contact, owner=lola, title="Call", due_on=None, by=lola)

    own = live(open_as(lola, "/tasks/", width=width))
    person = live(open_as(lola, f"/contacts/{contact.pk}/", width=width))

    assert too_small(own, ".task-item label", least) == []
    controls = ".task-item label, .note-form button, .task-form :is(input, select, button), .identity-form button"
    assert too_small(person, controls, least) == []

"""Pictures from other servers: held back until an agent asks for them, and then really there."""

import base64

import pytest
from playwright.sync_api import expect

from omnichannel.tests.factories import make_conversation, make_user
from tests.browser.conftest import OpenAs

pytestmark = pytest.mark.django_db(transaction=True)
DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
DRAWN = "() => [...document.querySelectorAll('iframe')].at(-1).contentDocument.querySelector('img')?.naturalWidth === 1"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_pictures_that_are_asked_for_show_and_are_not_asked_for_again(open_as: OpenAs, scheme: str) -> None:
    picture = f"{scheme}://pictures.example/p.gif"
    conversation = make_conversation(text="Hola", html=f'<p>Hola</p><img data-remote-src="{picture}" alt="">')
    page = open_as(make_user("agent"), "/inbox/")
    page.context.route(picture, lambda route: route.fulfill(body=DOT, content_type="image/gif"))

    page.goto(page.url.split("/inbox/")[0] + f"/inbox/{conversation.pk}/")
    page.locator(".bubble-quote summary").click()
    page.get_by_role("link", name="Show pictures").click()

    page.wait_for_function(DRAWN)
    expect(page.locator(".remote-notice")).to_be_hidden()

"""Signing in as people do it: password and code, passkey, recovery code, forgotten password, a browser signed out from
another one. Passkeys live in Chromium's virtual authenticator (WebAuthn domain of the DevTools protocol)."""

import re
from collections.abc import Generator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import Page, expect

from crm.models import AccountMail, User
from crm.tests.factories import user
from omnichannel.models import Conversation
from omnichannel.tests.factories import make_conversation
from tests.browser.conftest import Elsewhere, Entrance

PAUSE = 1500  # ms: the page tries to keep on the server what is being written
PASSWORD = "a long enough secret"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def ana(transactional_db: None) -> User:
    cache.clear()  # rate limits of the tests before
    ana = user("agent", email="ana@hilo.example", first_name="Ana")
    ana.set_password(PASSWORD)
    ana.save()
    return ana


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Email").fill("ana@hilo.example")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.locator("[popovertarget=user-menu]").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def go(page: Page, path: str) -> None:
    page.goto(re.sub(r"(://[^/]+).*", rf"\1{path}", page.url))


def prove_it(page: Page) -> None:
    """Whoever changes how somebody signs in is asked for the password once more."""
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def code(secret: str, offset: int = 0) -> str:
    """What an authenticator app shows now; `offset` in steps of 30 seconds."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter + offset)))


@pytest.fixture
def page_with_key(entrance: Entrance) -> Generator[Page]:
    """A stranger's browser whose fingerprint sensor always says yes."""
    page = entrance()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    yield page
    page.close()


def set_up_app(page: Page) -> str:
    """Enrol; returns the secret that the app keeps."""
    go(page, "/accounts/2fa/totp/activate/")
    prove_it(page)
    page.get_by_text("It cannot be scanned?").click()
    secret = page.locator("#authenticator_secret").inner_text()
    page.get_by_label("Type the six digits that it shows.").fill("000000")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Incorrect code.")).to_be_visible()
    page.get_by_label("Type the six digits that it shows.").fill(code(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_visible()
    return secret


def enter(page: Page, digits: str) -> None:
    page.get_by_label("Code").fill(digits)
    page.get_by_role("button", name="Sign in", exact=True).click()


def is_home(page: Page) -> None:
    expect(page.locator("[popovertarget=user-menu]")).to_be_visible()


def test_code_from_an_app_is_asked_for_and_recovery_codes_open_once(entrance: Entrance, ana: User) -> None:
    page = entrance()
    sign_in(page)
    is_home(page)
    secret = set_up_app(page)
    recovery = page.locator("#recovery_codes").inner_text().split()
    assert len(recovery) == 10
    sealed = Authenticator.objects.get(user=ana, type="totp").data["secret"]
    assert secret not in sealed

    sign_out(page)
    sign_in(page)
    enter(page, "123456")
    expect(page.get_by_text("Incorrect code.")).to_be_visible()
    enter(page, code(secret, offset=1))  # the phone's clock is half a minute fast; the code of now is used
    is_home(page)

    sign_out(page)
    sign_in(page)
    enter(page, recovery[0])
    is_home(page)
    sign_out(page)
    sign_in(page)
    enter(page, recovery[0])
    expect(page.get_by_text("Incorrect code.")).to_be_visible()
    enter(page, recovery[1])
    is_home(page)

    go(page, "/accounts/2fa/totp/deactivate/")
    prove_it(page)
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("link", name="Set up an app")).to_be_visible()
    assert not Authenticator.objects.filter(user=ana).exists()
    sign_out(page)
    sign_in(page)
    is_home(page)


def signed_out_while_reading(entrance: Entrance, conversation: Conversation) -> Page:
    page = entrance()
    sign_in(page)
    is_home(page)
    go(page, f"/inbox/{conversation.pk}/?tab=all")
    page.wait_for_load_state("networkidle")
    Session.objects.all().delete()
    cache.clear()
    return page


def test_who_was_signed_out_in_another_tab_comes_back_to_what_they_were_writing(
    entrance: Entrance, ana: User, elsewhere: Elsewhere, complaints: list[str]
) -> None:
    conversation = elsewhere(make_conversation, text="¿Dónde está?")
    page = signed_out_while_reading(entrance, conversation)

    page.get_by_label("Message", exact=True).fill("Llega mañana")
    page.wait_for_timeout(PAUSE)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    sign_in(page)

    expect(page).to_have_url(re.compile(rf"/inbox/{conversation.pk}/\?tab=all$"))
    expect(page.get_by_label("Message", exact=True)).to_have_value("Llega mañana")
    assert [complaint for complaint in complaints if "401" not in complaint] == []
    complaints.clear()


def test_page_goes_on_after_signing_in_again_in_another_tab(
    entrance: Entrance, ana: User, elsewhere: Elsewhere, complaints: list[str]
) -> None:
    page = signed_out_while_reading(entrance, elsewhere(make_conversation, text="¿Dónde está?"))
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
    with page.context.expect_page():
        page.evaluate("() => { window.open('/accounts/login/') }")
    other = page.context.pages[-1]
    sign_in(other)
    is_home(other)

    page.get_by_label("Message", exact=True).fill("Llega mañana")
    with page.expect_response(re.compile("/messages/$")) as answer:
        page.keyboard.press("Control+Enter")

    assert answer.value.status == 200
    expect(page.locator('[data-island="live"]')).to_have_attribute("data-state", "live")
    assert [complaint for complaint in complaints if "401" not in complaint] == []
    complaints.clear()


def add_passkey(page: Page, *, alone: bool) -> None:
    go(page, "/accounts/2fa/webauthn/add/")
    prove_it(page)
    page.wait_for_url("**/webauthn/add/")  # with its scripts: a click before them would be lost
    page.get_by_label("Sign in with this passkey alone").set_checked(alone)
    page.get_by_role("button", name="Add it now").click()
    expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_visible()


def test_passkey_signs_in_alone_until_it_is_removed(page_with_key: Page, ana: User) -> None:
    page = page_with_key
    sign_in(page)
    is_home(page)
    add_passkey(page, alone=True)
    sign_out(page)

    page.wait_for_load_state()
    page.get_by_role("button", name="Sign in with a passkey").click()
    is_home(page)

    go(page, "/accounts/2fa/webauthn/")
    expect(page.get_by_text("signs in alone")).to_be_visible()
    page.get_by_role("link", name="Rename").click()
    prove_it(page)
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove").click()
    expect(page.get_by_role("heading", name="Remove “My laptop”?")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No passkeys")).to_be_visible()
    sign_out(page)
    page.wait_for_load_state()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".toast")).to_contain_text("Incorrect code.")


def test_passkey_is_the_second_step_after_a_password(page_with_key: Page, ana: User) -> None:
    page = page_with_key
    sign_in(page)
    is_home(page)
    add_passkey(page, alone=False)
    sign_out(page)
    sign_in(page)
    second_step = page.get_by_role("button", name="Use a passkey")
    expect(second_step).to_be_visible()
    assert page.locator("[popovertarget=user-menu]").count() == 0  # the password alone opens nothing
    page.wait_for_load_state()
    second_step.click()
    is_home(page)


def test_passkey_that_cannot_be_used_says_why(entrance: Entrance, ana: User) -> None:
    page = entrance(host="127.0.0.1")
    page.wait_for_load_state()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".toast")).to_contain_text("Passkeys need a name in the address bar")


def test_forgotten_password_is_chosen_anew_by_mail(entrance: Entrance, ana: User) -> None:
    page = entrance("/accounts/password/reset/")
    page.get_by_label("Email").fill("ANA@hilo.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    mail = AccountMail.objects.get()
    assert (mail.address, mail.subject) == ("ana@hilo.example", "A new password for Hilo")
    link = re.search(r"https?://\S+", mail.text)
    assert link is not None

    page.goto(link[0])
    page.get_by_label("New Password", exact=True).fill("another long secret")
    page.get_by_label("New Password (again)").fill("another long secret")
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    page.goto(link[0])
    expect(page.get_by_role("heading", name="This link does not work any more")).to_be_visible()
    go(page, "/accounts/login/")
    sign_in(page)
    expect(page.get_by_text("not correct")).to_be_visible()
    sign_in(page, "another long secret")
    is_home(page)


def test_browser_signed_out_from_another_is_out_at_its_next_click(entrance: Entrance, ana: User) -> None:
    lost, mine = entrance(), entrance()
    for page in (lost, mine):
        sign_in(page)
        is_home(page)
    go(mine, "/accounts/sessions/")
    expect(mine.locator(".session-row")).to_have_count(2)
    expect(mine.locator(".session-row").first).to_contain_text("Chrome on Linux")
    mine.locator(".session-row").get_by_role("button", name="Sign out").click()
    mine.locator("#confirm button[value=yes]").click()
    expect(mine.locator(".session-row")).to_have_count(1)

    go(lost, "/contacts/")
    expect(lost.get_by_role("heading", name="Sign in")).to_be_visible()
    go(mine, "/contacts/")
    is_home(mine)


def test_guessing_a_password_is_slowed_down(entrance: Entrance, ana: User, complaints: list[str]) -> None:
    page = entrance()
    for _ in range(5):
        sign_in(page, "guess")
        expect(page.get_by_text("not correct")).to_be_visible()
    sign_in(page, "guess")
    expect(page.get_by_text(re.compile("Too many"))).to_be_visible()
    sign_in(page)
    expect(page.get_by_text(re.compile("Too many"))).to_be_visible()


def test_asking_for_links_too_often_is_a_page_that_says_when(
    entrance: Entrance, ana: User, complaints: list[str]
) -> None:
    page = entrance("/accounts/password/reset/")
    for _ in range(6):
        page.get_by_label("Email").fill("ana@hilo.example")
        page.get_by_role("button", name="Send the link").click()
        page.wait_for_load_state()
        if page.locator(".error-code").count():
            break
        go(page, "/accounts/password/reset/")
    expect(page.get_by_role("heading", name="That was too often")).to_be_visible()
    complaints[:] = [text for text in complaints if "429" not in text]

"""Signing in with the company's own identity provider (OpenID Connect), from the button to the house and back."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from playwright.sync_api import Page, expect

from crm.models import AccountMail, User
from crm.tests.factories import user
from tests.browser.conftest import Entrance
from tests.fakes.oidc_provider import OidcProvider
from tests.web import serving

ANA = {"sub": "17", "email": "Ana@Hilo.example", "email_verified": True, "name": "Ana Sol"}


@pytest.fixture(scope="module")
def running() -> Generator[OidcProvider]:
    with OidcProvider() as provider:
        yield provider


@pytest.fixture(scope="module")
def web(django_db_setup: None, bundle: Path, running: OidcProvider) -> Generator[str]:
    with serving(HILO_OIDC=json.dumps([running.app])) as url:
        yield url


@pytest.fixture
def provider(running: OidcProvider) -> OidcProvider:
    running.claims, running.refuses, running.away = dict(ANA), False, False
    return running


@pytest.fixture
def ana(transactional_db: None) -> User:
    ana = user("agent", email="ana@hilo.example", first_name="Ana")
    ana.set_password("a long enough secret")
    ana.save()
    return ana


def come_in(page: Page) -> None:
    page.get_by_role("link", name="Sign in with Casa ID").click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", name=words)).to_be_visible()


def is_outside(page: Page) -> None:
    """Whatever page is shown, nobody is signed in behind it."""
    page.goto(f"{page.url.partition('/accounts/')[0]}/inbox/")
    heading(page, "Sign in")
    assert page.url.partition("?")[0].endswith("/accounts/login/")
    assert UserSession.objects.count() == 0


def sign_out(page: Page) -> None:
    page.locator("[popovertarget=user-menu]").click()
    page.get_by_role("button", name="Sign out").click()
    heading(page, "Sign in")


def test_colleague_comes_in_and_is_known_from_then_on(entrance: Entrance, provider: OidcProvider, ana: User) -> None:
    page = entrance(host="127.0.0.1")
    come_in(page)
    expect(page.locator("[popovertarget=user-menu]")).to_be_visible()
    assert SocialAccount.objects.get().user == ana
    assert AccountMail.objects.get().subject == "You sign in with Casa ID from now on"
    ana.refresh_from_db()
    assert ana.check_password("a long enough secret")

    sign_out(page)
    provider.claims["email"] = "ana.sol@elsewhere.example"  # a new name, the same person
    come_in(page)
    expect(page.locator("[popovertarget=user-menu]")).to_be_visible()
    assert User.objects.count() == 1


def test_second_step_is_asked_for_here_too(entrance: Entrance, provider: OidcProvider, ana: User) -> None:
    TOTP.activate(ana, generate_totp_secret())
    page = entrance(host="127.0.0.1")
    come_in(page)
    expect(page.get_by_label("Code")).to_be_visible()
    page.goto(f"{page.url.partition('/accounts/')[0]}/inbox/")
    heading(page, "One more step")


@pytest.mark.parametrize(
    "claims",
    [{"email": "eva@hilo.example"}, {"email_verified": False}, {"email": None}],
    ids=["nobody's", "not verified", "none"],
)
def test_address_that_is_not_a_colleagues_opens_nothing(
    entrance: Entrance, provider: OidcProvider, ana: User, claims: dict[str, Any]
) -> None:
    provider.claims.update(claims)
    page = entrance(host="127.0.0.1")
    come_in(page)
    heading(page, "There is no account for you yet")
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


@pytest.mark.parametrize("came_before", [False, True])
def test_colleague_who_was_switched_off_stays_out(
    entrance: Entrance, provider: OidcProvider, ana: User, came_before: bool
) -> None:
    if came_before:
        SocialAccount.objects.create(user=ana, provider="casa", uid=ANA["sub"])
    ana.is_active = False
    ana.save()
    page = entrance(host="127.0.0.1")
    come_in(page)
    heading(page, "This account is switched off")
    is_outside(page)
    assert (SocialAccount.objects.count(), AccountMail.objects.count()) == (int(came_before), 0)


def test_whoever_turns_back_may_try_another_way(entrance: Entrance, provider: OidcProvider, ana: User) -> None:
    provider.refuses = True
    page = entrance(host="127.0.0.1")
    come_in(page)
    heading(page, "You were not signed in")
    is_outside(page)
    assert SocialAccount.objects.count() == 0

    provider.refuses = False
    come_in(page)
    expect(page.locator("[popovertarget=user-menu]")).to_be_visible()
    assert SocialAccount.objects.get().user == ana


def test_provider_that_is_away_is_a_page_that_says_so(
    entrance: Entrance, provider: OidcProvider, ana: User, complaints: list[str]
) -> None:
    provider.away = True
    page = entrance(host="127.0.0.1")
    come_in(page)
    heading(page, "That did not work")
    assert ["502" in complaint for complaint in complaints] == [True]
    complaints.clear()

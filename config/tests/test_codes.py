"""A code of the second step opens one door."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from crm.models import User
from crm.tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough secret"


@pytest.fixture
def ana() -> User:
    cache.clear()  # rate limits of the tests before
    ana = factories.user("agent", email="ana@hilo.example")
    ana.set_password(PASSWORD)
    ana.save()
    return ana


@pytest.fixture
def quick(settings: Any) -> None:
    """Steps of a second instead of thirty; a code is right from two before its own until two after."""
    settings.MFA_TOTP_PERIOD, settings.MFA_TOTP_TOLERANCE = 1, 2


def password_given() -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"login": "ana@hilo.example", "password": PASSWORD})
    assert answer.status_code == 302
    return client


def opens(code: str) -> bool:
    client = password_given()
    client.post("/accounts/2fa/authenticate/", {"code": code})
    return "_auth_user_id" in client.session


def now(secret: str, period: int = 30) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // period)))


def test_code_that_switched_the_second_step_on_does_not_sign_in(ana: User) -> None:
    client = password_given()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    code = now(secret)
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    assert Authenticator.objects.filter(user=ana, type="totp").exists()

    assert opens(code) is False


def test_code_that_signed_in_does_not_sign_in_again_while_it_is_right(ana: User, quick: None) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(ana, secret)
    code = now(secret, period=1)
    assert (opens(code), opens(code)) == (True, False)

    time.sleep(1.1)  # allauth has forgotten it
    assert opens(code) is False
    assert opens(now(secret, period=1)) is True

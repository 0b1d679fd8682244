"""Codes of the second step are taken once (RFC 6238 §5.2).

allauth remembers a used code for one step of 30 seconds, but takes it for as many as the phone's clock may be off; and
the code that switched the second step on it does not remember at all.
"""

from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache


class TakenOnce:
    """For as long as it would be right. While Valkey is away nothing is remembered (config/cache.py)."""

    user: Any

    def clean_code(self) -> str:
        code = str(super().clean_code())  # type: ignore[misc]
        steps = 2 * app_settings.TOTP_TOLERANCE + 1
        key = TOTP(Authenticator(user=self.user))._get_used_cache_key(code)
        cache.set(key, "y", timeout=app_settings.TOTP_PERIOD * steps)
        return code


class ActivationForm(TakenOnce, ActivateTOTPForm):  # type: ignore[misc]
    pass


class SecondStepForm(TakenOnce, AuthenticateForm):  # type: ignore[misc]
    pass


class AgainForm(TakenOnce, ReauthenticateForm):  # type: ignore[misc]
    pass

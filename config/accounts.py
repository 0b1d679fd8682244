"""Sign-in rules: colleagues are made by admins; an unverified address from outside never opens an account."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext

from crm import secrets

PLACE = "mfa_authenticator"  # allauth does not say which row: a secret is at least of no use in another table


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """OIDC signs in colleagues who exist already; who they are was said by an admin, not by the token."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second step: its secrets are sealed at rest, its passkeys get names that a person can tell apart."""

    def encrypt(self, text: str) -> str:
        return secrets.seal(text, place=PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(encrypted_text, place=PLACE)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Hilo"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002
        number = user.authenticator_set.filter(type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %(number)d") % {"number": number}

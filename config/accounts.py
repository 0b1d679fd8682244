"""Sign-in rules: colleagues are made by admins; an unverified address from outside never opens an account."""

import logging
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from crm import secrets
from crm.models import User

log = logging.getLogger(__name__)

PLACE = "mfa_authenticator"  # allauth does not say which row: a secret is at least of no use in another table


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """OIDC signs in colleagues whom an admin has made; it makes nobody.

    The first time they are known by an address that the provider calls verified, from then on by the provider's own
    name for them (`sub`). allauth's EMAIL_AUTHENTICATION would do the same and take their password away, as it supposes
    that anybody may have opened the account.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        verified = next((address.email for address in sociallogin.email_addresses if address.verified), "")
        colleague = User.objects.filter(email__iexact=verified).first() if verified else None
        if colleague is None:
            return
        if not colleague.is_active:
            raise ImmediateHttpResponse(redirect("account_inactive"))
        sociallogin.connect(request, colleague)

    def get_requests_session(self) -> Any:
        """allauth's own, with its time limit. A provider that is away, or whose address is wrong, is a page that says
        so."""
        session = super().get_requests_session()
        ask = session.request

        def request(method: str, url: str, **options: Any) -> Any:
            try:
                answer = ask(method, url, **options)
                answer.raise_for_status()
                if method.upper() == "GET":
                    answer.json()
            except OSError as error:  # all of requests' errors are
                log.warning("the identity provider does not answer as it should", extra={"error": str(error)})
                page = render(self.request, "socialaccount/authentication_error.html", status=HTTPStatus.BAD_GATEWAY)
                raise ImmediateHttpResponse(page) from error
            return answer

        session.request = request
        return session


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

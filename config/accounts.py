"""Sign-in rules: colleagues are made by admins; an unverified address from outside never opens an account."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """OIDC signs in colleagues who exist already; who they are was said by an admin, not by the token."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

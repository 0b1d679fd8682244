"""Who calls the API: a key (`Authorization: Bearer hilo_…`) or a signed-in user's session with CSRF."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q
from django.db.models.functions import Now
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from crm.models import ApiKey

_MINUTE = timedelta(minutes=1)


class KeyHolder:
    """The "user" behind a key: sees everything its scopes allow, is nobody's colleague."""

    is_authenticated = True
    is_active = True
    is_anonymous = False
    sees_everything = True
    team_id = None
    language = ""
    roles: ClassVar[frozenset[str]] = frozenset({"admin"})

    def __init__(self, key: ApiKey) -> None:
        self.key = key
        self.pk = self.id = None

    def has_role(self, *roles: str) -> bool:
        """Visibility as an admin's; what may be done is the scopes' business (HasScope)."""
        return True


class BearerKey(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[KeyHolder, ApiKey] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = find_key(secret.strip())
        if key is None:
            raise AuthenticationFailed("This key is unknown, expired or revoked.")
        return KeyHolder(key), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SignedInUser(SessionAuthentication):
    """The session of a signed-in user, with that user's permissions and CSRF."""


def find_key(secret: str) -> ApiKey | None:
    """The live key with this secret; notes its use, once a minute at most."""
    key = ApiKey.objects.matching(secret).first()
    if key is not None:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=Now() - _MINUTE)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=Now())
    return key


class HasScope(BasePermission):
    """Keys: `read` for safe methods, `write` for others. Users: the view's policy, then `visible_to`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user: Any = request.user
        if isinstance(user, KeyHolder):
            return user.key.allows("read" if request.method in SAFE_METHODS else "write")
        policy = getattr(view, "policy", None)
        return bool(user.is_authenticated and (policy is None or not policy.roles or policy.admits(user)))

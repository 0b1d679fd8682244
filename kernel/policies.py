"""Who may open a view. Every view carries one policy; a URL without one fails the suite and answers 403.

@agents_only
def inbox(request): ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crm.models import User


class SignedInRequest(HttpRequest):
    """The request of a view whose policy lets only colleagues in."""

    user: "User"


View = TypeVar("View", bound=Callable[..., Any])

ROLE_NAMES: dict[str, Any] = {"agent": _("agent"), "sales": _("sales"), "manager": _("manager"), "admin": _("admin")}
ROLES = tuple(ROLE_NAMES)


@dataclass(frozen=True)
class Policy:
    """`roles` empty: everyone, even strangers (the view checks its own token or key)."""

    name: str
    roles: tuple[str, ...] = ()

    def admits(self, user: Any) -> bool:
        if not self.roles:
            return True
        return bool(user.is_authenticated and user.is_active and user.has_role(*self.roles))

    def __call__(self, view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if self.admits(request.user):
                return view(request, *args, **kwargs)
            return refuse(request)

        guarded.policy = self  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]


def refuse(request: HttpRequest) -> HttpResponse:
    """Strangers are sent to sign in, and then back; the signed-in get 403.

    Where htmx asks, the whole page goes there, and is told that a session ended: whoever has the page open had one.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    entrance = resolve_url(settings.LOGIN_URL)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": f"{entrance}?ended=1&next={quote(_page_of(request))}"})
    return HttpResponseRedirect(f"{entrance}?next={quote(request.get_full_path())}")


def _page_of(request: HttpRequest) -> str:
    """The page that a fragment was asked for by, without its host; the start page if it is not ours."""
    page = request.headers.get("HX-Current-URL", "")
    path = urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl()
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}) and url_has_allowed_host_and_scheme(path, None)
    return path if ours else "/"


public = Policy("public")
by_token = Policy("by_token")  # the URL holds a secret token; the view answers 404 to a wrong one
by_key = Policy("by_key")  # an API key or write key, checked by the view's own authentication
staff = signed_in = Policy("signed_in", ROLES)
agents_only = Policy("agents_only", ("agent", "manager", "admin"))
sales_only = Policy("sales_only", ("sales", "manager", "admin"))
managers_only = Policy("managers_only", ("manager", "admin"))
admins_only = Policy("admins_only", ("admin",))


def policy_of(view: Any) -> Policy | None:
    """The policy of a view function or of a class-based view's `as_view()`."""
    found = getattr(view, "policy", None) or getattr(getattr(view, "cls", None), "policy", None)
    return found or getattr(getattr(view, "view_class", None), "policy", None)

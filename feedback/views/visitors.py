"""Who opens a customer page: their language, their address, and how often they may come."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from crm.models import Contact

View = Callable[..., HttpResponse]


def client_address(request: HttpRequest) -> str:
    """Behind trusted proxies the entry that the outermost of them wrote; what a client claims itself is ignored."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXY_COUNT
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))


def at_most(times: int, *, seconds: int) -> Callable[[View], View]:
    """Decorator: 429 for an address that asks more often. Without the cache everybody may: it protects, no more."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if _count(f"{view.__name__}:{client_address(request)}", seconds) <= times:
                return view(request, *args, **kwargs)
            response = render(request, "feedback/slow_down.html", {"brand": {}}, status=429)
            response["Retry-After"] = str(seconds)
            return response

        return limited

    return decorate


def _count(key: str, seconds: int) -> int:
    try:
        cache.add(f"visits:{key}", 0, timeout=seconds)
        return cache.incr(f"visits:{key}")
    except ValueError:  # it ran out between the two calls
        return 1


def language_for(request: HttpRequest, contact: Contact | None) -> str:
    """What the visitor chose on the page (?lang), else what we know about the customer, else what the browser asks."""
    own = _spoken(contact.language) if contact else ""
    return chosen_language(request) or own or translation.get_language_from_request(request)


def chosen_language(request: HttpRequest) -> str:
    """By a click on the page itself; "" if nobody chose."""
    return _spoken(request.POST.get("lang", "") or request.GET.get("lang", ""))


def _spoken(wanted: str) -> str:
    """The language without its region, if the product speaks it."""
    short = wanted.replace("_", "-").partition("-")[0].lower()
    return short if short in dict(settings.LANGUAGES) else ""

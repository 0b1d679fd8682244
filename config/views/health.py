"""For load balancers and monitoring: /healthz, /readyz, /metrics."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from config.observability import disk, metrics, readiness
from crm.authentication import find_key
from kernel.policies import by_key, public

LOOPBACK = ("127.0.0.1", "::1")


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Says nothing about others, so that a lost database does not restart the web server."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Which part is away is for everybody; how it is reached and what it said, for whoever asks on this machine."""
    parts, inside = readiness.check() + disk.full(), is_from_here(request)
    ready = all(part.ok for part in parts)
    with translation.override("en"):  # for programs and whoever reads their logs
        told = {part.name: {"ok": part.ok, "detail": str(part.detail) if inside else ""} for part in parts}
    answer = JsonResponse({"ready": ready, "parts": told}, status=200 if ready else 503)
    answer._has_been_logged = True  # type: ignore[attr-defined] # monitors ask often: Django would log each "no" as an error
    return answer


@by_key
@require_safe
def prometheus(request: HttpRequest) -> HttpResponse:
    if not may_scrape(request):
        answer = HttpResponse("A key with the scope metrics is needed from another machine.\n", status=401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    return HttpResponse(metrics.page(), content_type="text/plain; version=0.0.4; charset=utf-8")


def is_from_here(request: HttpRequest) -> bool:
    """From this machine itself, not through a proxy on it."""
    forwarded = request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded")
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not forwarded


def may_scrape(request: HttpRequest) -> bool:
    if is_from_here(request):
        return True
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    key = find_key(secret.strip()) if scheme.lower() == "bearer" else None
    return key is not None and key.allows("metrics")

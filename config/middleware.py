"""Middleware of our own, each one small function."""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone, translation

from config import policies
from kernel.policies import policy_of, refuse
from kernel.reader import written_for

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SEEN_EVERY = timedelta(minutes=1)
GetResponse = Callable[[HttpRequest], HttpResponse]


def request_context(get_response: GetResponse) -> GetResponse:
    """A request id in every log line of the request and in its answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex[:16]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = get_response(request)
        response["X-Request-ID"] = request_id
        return response

    return middleware


def request_metrics(get_response: GetResponse) -> GetResponse:
    """How long each page takes, by its name: addresses would make a series of every contact."""
    from config.observability import counted

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        view = match.view_name if match else "none"
        method = request.method if request.method in METHODS else "other"
        status = f"{response.status_code // 100}xx"
        counted.count(view, method, status, time.perf_counter() - started)
        return response

    return middleware


def without_nul(get_response: GetResponse) -> GetResponse:
    """No column holds a NUL: pages are asked without it. (The API refuses it, with a reason.)"""

    def middleware(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        while "%00" in query and not request.path_info.startswith("/api/"):
            request.META["QUERY_STRING"] = query = query.replace("%00", "")
        return get_response(request)

    return middleware


def reader(get_response: GetResponse) -> GetResponse:
    """Language and times of pages are the signed-in user's own."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with written_for(request.user, request):
            request.LANGUAGE_CODE = translation.get_language()
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        return response

    return middleware


def session_activity(get_response: GetResponse) -> GetResponse:
    """When a browser was last seen, for the list of sessions, written at most once in SEEN_EVERY: allauth's own
    middleware writes at every request, and a durable write is most of the time that a page waits."""
    from allauth.usersessions.models import UserSession

    def middleware(request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and request.user.is_authenticated:
            seen = UserSession.objects.filter(session_key=key, last_seen_at__gt=timezone.now() - SEEN_EVERY)
            if not seen.exists():
                UserSession.objects.create_from_request(request)
        return get_response(request)

    return middleware


def enforce_policy(get_response: GetResponse) -> GetResponse:
    """A view without a policy is refused, even if a test forgot to find it; views of others are guarded here."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        policy = policies.of_request(resolve(request.path_info), view)
        if policy is None:
            raise PermissionDenied("This page carries no policy.")
        return None if policy_of(view) or policy.admits(request.user) else refuse(request)

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware

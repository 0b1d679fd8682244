"""The doors of the tracking API: who is it, is it readable, write it, and only then say so."""

import base64
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.actions import refusals, tracking
from crm.authentication import find_key
from crm.ingest import batch, body, limits
from crm.ingest.refused import Refused
from crm.models import ApiKey
from kernel import room
from kernel.policies import by_key

log = logging.getLogger(__name__)

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type, content-encoding",
    "Access-Control-Max-Age": "86400",
}
RETRY_SECONDS = 5
View = Callable[[HttpRequest], HttpResponse]


def door(kind: str) -> View:
    """The view of `/v1/<kind>`."""

    @csrf_exempt
    @by_key
    @require_http_methods(["POST", "OPTIONS"])
    def ingest(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=CORS)
        try:
            take_in(request, kind)
        except Refused as error:
            _remember(request, error)
            return _refusal(error)
        except (OperationalError, InterfaceError) as error:
            reason = room.why(error)
            log.warning("events refused: %s", type(error).__name__, extra={"reason": reason})
            return _refusal(Refused(503, reason, retry_after=RETRY_SECONDS))
        return JsonResponse({"success": True}, headers=CORS)

    return ingest


def take_in(request: HttpRequest, kind: str) -> None:
    """Raises Refused and database errors; returns after the commit."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > body.BATCH_BYTES:
        raise body.too_big()
    plain = body.unpack(request.body, encoding=request.headers.get("Content-Encoding", "").strip().lower())
    content = body.parse(plain)
    key = _key(request, content)
    messages = batch.messages(content, kind=kind, now=timezone.now(), size=len(plain))
    limits.spend(key.pk, len(messages))
    tracking.record(messages, source=f"key:{key.pk}", trusted=key.allows("write"))


def _remember(request: HttpRequest, error: Refused) -> None:
    """For the page of refused events. Read again from the start: what failed may have been any part of it."""
    plain = b""
    content: dict[str, Any] = {}
    with contextlib.suppress(Refused):
        if error.status != 413:  # too big to be looked at twice
            plain = request.body
            plain = body.unpack(plain, encoding=request.headers.get("Content-Encoding", "").strip().lower())
            content = body.parse(plain)
    key: ApiKey | None = None
    with contextlib.suppress(Refused, DatabaseError):
        key = _key(request, content)
    refusals.remember(key_id=key.pk if key else None, status=error.status, reason=error.reason, body=plain)


def _key(request: HttpRequest, content: dict[str, Any]) -> ApiKey:
    """Basic user, Bearer, or `writeKey` in the body as browsers' beacons send it, which can set no header."""
    secret = _secret(request.headers.get("Authorization", "")) or content.get("writeKey")
    key = find_key(secret) if isinstance(secret, str) and secret else None
    if key is None or not key.allows("ingest"):
        raise Refused(401, "This needs a live write key as the Basic user, a Bearer token or `writeKey`.")
    return key


def _secret(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
    except ValueError:
        return ""


def _refusal(error: Refused) -> HttpResponse:
    log.info("events refused: %s", error.status)
    headers = dict(CORS)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="write key"'
    if error.retry_after:
        headers["Retry-After"] = str(error.retry_after)
    answer = {"success": False, "error": error.reason, **error.details}
    return JsonResponse(answer, status=error.status, headers=headers)

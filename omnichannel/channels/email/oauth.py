"""Signing in to mailboxes by token (XOAUTH2), as Google and Microsoft 365 require.

The account keeps a refresh token, sealed. From it comes an access token for about an hour, which stays in the memory of
this process and is never stored. Formats: RFC 6749 §6 for the token, and for the sign-in
https://developers.google.com/workspace/gmail/imap/xoauth2-protocol, which Microsoft follows.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from kernel import http
from kernel.told import kept
from omnichannel.channels.base import ChannelError
from omnichannel.models import Channel

PASSWORD = "password"  # noqa: S105 - the name of a way to sign in
EARLY = 120  # seconds before its end a token is no longer used
SHORTEST = 60  # seconds that a token serves whatever the provider says
UNREACHABLE = kept("The sign-in service cannot be reached: {reason}")
NO_JSON = kept("The sign-in service answered {status} without JSON.")
NO_TOKEN = kept("The provider gave no access token: {reason}. Give the account a new refresh token.")
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}

PRESETS: dict[str, dict[str, Any]] = {
    "google": {
        "imap_host": "imap.gmail.com",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "smtp.gmail.com",
        "smtp_port": 587,
        "smtp_security": "starttls",
        "authserv_id": "mx.google.com",
        "oauth_token_url": "https://oauth2.googleapis.com/token",
        "oauth_scope": "",
    },
    "microsoft": {
        "imap_host": "outlook.office365.com",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "smtp.office365.com",
        "smtp_port": 587,
        "smtp_security": "starttls",
        "authserv_id": "*",  # its lines do not say who wrote them; the newest one is its own
        "oauth_token_url": "https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
        "oauth_scope": "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send "
        "offline_access",
    },
}


class TokenRefused(ChannelError):
    """The provider gave no access token; the message says what to do about it."""


@dataclass(frozen=True)
class Cached:
    token: str
    until: float  # time.monotonic()


_cache: dict[tuple[int, str], Cached] = {}
_lock = threading.Lock()

Bearer = Callable[[bool], str]  # called with True when the token before was not accepted


def by_token(channel: Channel) -> bool:
    return str(channel.settings.get("sign_in") or PASSWORD) != PASSWORD


def bearer(channel: Channel) -> Bearer | None:
    """Where to get the access token for a sign-in; None for an account with a password."""
    return (lambda renewed: access_token(channel, renewed=renewed)) if by_token(channel) else None


def access_token(channel: Channel, *, renewed: bool = False) -> str:
    """Cached until shortly before its end. `renewed`: the cached one was not accepted. Raises TokenRefused."""
    key = (channel.pk, _fingerprint(channel))
    with _lock:
        known = _cache.get(key)
    if known and not renewed and time.monotonic() < known.until:
        return known.token
    answer = _ask(channel)
    fresh = Cached(str(answer["access_token"]), time.monotonic() + _seconds(answer))
    _keep_rotated(channel, str(answer.get("refresh_token") or ""))
    with _lock:
        _cache[channel.pk, _fingerprint(channel)] = fresh
    return fresh.token


def _fingerprint(channel: Channel) -> str:
    """Another refresh token or client is another sign-in: a token of the one before must not be used."""
    own = channel.settings
    parts = [own.get("oauth_client_id", ""), own.get("oauth_token_url", ""), channel.secret("oauth_refresh_token")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _seconds(answer: dict[str, Any]) -> float:
    try:
        return max(float(answer.get("expires_in") or 0) - EARLY, SHORTEST)
    except (TypeError, ValueError):
        return SHORTEST


def _ask(channel: Channel) -> dict[str, Any]:
    own = channel.settings
    fields = {
        "grant_type": "refresh_token",
        "client_id": own.get("oauth_client_id", ""),
        "client_secret": channel.secret("oauth_client_secret"),
        "refresh_token": channel.secret("oauth_refresh_token"),
        "scope": own.get("oauth_scope", ""),
    }
    body = urlencode({name: value for name, value in fields.items() if value}).encode()
    try:
        response = http.request("POST", str(own.get("oauth_token_url", "")), headers=FORM, body=body, max_bytes=1 << 20)
        answer = response.json()
    except http.EgressError as error:
        raise TokenRefused(UNREACHABLE.format(reason=error)) from error
    except ValueError as error:
        raise TokenRefused(NO_JSON.format(status=response.status)) from error
    if not response.ok or not isinstance(answer, dict) or not answer.get("access_token"):
        raise TokenRefused(NO_TOKEN.format(reason=_reason(answer, response.status)))
    return answer


def _reason(answer: Any, status: int) -> str:
    """`error` and the first line of `error_description` (RFC 6749 §5.2); nothing else of the answer is repeated."""
    said = answer if isinstance(answer, dict) else {}
    words = [str(said.get("error") or status), str(said.get("error_description") or "").partition("\n")[0].strip()]
    return ", ".join(word for word in words if word)[:300].rstrip(".")


def _keep_rotated(channel: Channel, refresh_token: str) -> None:
    """Some providers give a new refresh token each time, and forget the old one some day."""
    if refresh_token and refresh_token != channel.secret("oauth_refresh_token"):
        channel.replace_secret("oauth_refresh_token", refresh_token)


def initial_response(user: str, token: str) -> str:
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def completed(settings: dict[str, Any], address: str) -> dict[str, Any]:
    """What follows from the chosen provider, where the admin left it empty."""
    preset = PRESETS.get(str(settings.get("sign_in") or ""), {})
    known = {**preset, "imap_user": address, "smtp_user": address} if preset else {}
    return {**settings, **{name: value for name, value in known.items() if not settings.get(name)}}

"""An OpenID Connect provider (Core 1.0, authorisation code flow with discovery) that knows one person: `claims`.

What it gives out is signed with the client's secret; whoever fetches it from here directly need not check that
(Core 1.0 §3.1.3.7).
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt

from tests.fakes.local_http import LocalHttp, say

CLIENT, SECRET = "hilo", "a secret of both that is long enough to sign with"


@dataclass
class OidcProvider(LocalHttp):
    """`refuses`: the person presses Cancel. `away`: every answer is an error."""

    claims: dict[str, Any] = field(default_factory=dict)
    refuses: bool = False
    away: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{self.place}"

    @property
    def app(self) -> dict[str, Any]:
        """As HILO_OIDC lists it."""
        names = {"provider_id": "casa", "name": "Casa ID", "client_id": CLIENT, "secret": SECRET}
        return {**names, "settings": {"server_url": self.url, "oauth_pkce_enabled": True}}

    def answer(self, request: BaseHTTPRequestHandler, sent: str) -> None:
        place = urlsplit(request.path)
        if self.away:
            return say(request, 503, {})
        if place.path == "/authorize":
            return self._send_back(request, dict(parse_qsl(place.query)))
        if place.path == "/token":
            return self._redeem(request, dict(parse_qsl(sent)))
        if place.path == "/userinfo":
            known = request.headers["Authorization"] == "Bearer opaque"
            return say(request, 200 if known else 401, self.claims if known else {})
        return say(request, 200, self._discovery())

    def _discovery(self) -> dict[str, Any]:
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **{f"{name}_endpoint": f"{self.url}/{end}" for name, end in ends.items()},
        }

    def _send_back(self, request: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        said = {"error": "access_denied"} if self.refuses else {"code": code}
        say(request, 302, b"", Location=f"{asked['redirect_uri']}?{urlencode({**said, 'state': asked['state']})}")

    def _redeem(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        asked = self.codes.pop(form.get("code", ""), {})
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET) or not _proven(asked, form):
            return say(request, 400, {"error": "invalid_grant"})
        now = int(time.time())
        told = {**self.claims, "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300}
        signed = jwt.encode(told, SECRET, algorithm="HS256")
        return say(request, 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": signed})


def _proven(asked: dict[str, str], form: dict[str, str]) -> bool:
    """The code came to whoever asked for it (PKCE, RFC 7636) and to the same address."""
    proof = base64.urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
    return asked.get("code_challenge") == proof and asked.get("redirect_uri") == form.get("redirect_uri")

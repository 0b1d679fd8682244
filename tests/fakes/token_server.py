"""The token endpoint of an OAuth 2.0 provider (RFC 6749 §6): gives out numbered access tokens, or what a test says."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.local_http import LocalHttp, say


@dataclass
class TokenServer(LocalHttp):
    """`answers` come first, one for each request: (status, document). `asked` holds the forms that were sent."""

    answers: list[tuple[int, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    expires_in: int = 3600

    def answer(self, request: BaseHTTPRequestHandler, sent: str) -> None:
        self.asked.append({name: values[0] for name, values in parse_qs(sent).items()})
        usual = {"access_token": f"token-{len(self.asked)}", "expires_in": self.expires_in, "token_type": "Bearer"}
        status, document = self.answers.pop(0) if self.answers else (200, usual)
        say(request, status, document)

    @property
    def url(self) -> str:
        return f"http://{self.place}/token"

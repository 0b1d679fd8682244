"""Signed names: our Message-IDs, reply addresses, bounce addresses and the marker in the body.

A guessable id would let anybody write into a thread (FreeScout GHSA-6r38), so each carries an HMAC. One notation for
all: `<kind><id>.<channel id>.<20 hex digits>`, kind c for a conversation and m for a message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from django.utils.crypto import constant_time_compare, salted_hmac

DIGITS = 20
NOTATION = r"([cm])([0-9]{1,18})\.([0-9]{1,18})\.([0-9a-f]{20})"
TOKEN = re.compile(NOTATION)
REPLY_TO = re.compile(rf"(?:reply|bounce)\+{NOTATION}@[^@\s]+", re.IGNORECASE)
MARKER = re.compile(rf"hilo:{NOTATION}")

Kind = Literal["c", "m"]


@dataclass(frozen=True)
class Token:
    """What a verified token names."""

    kind: Kind
    pk: int
    channel_id: int

    def __str__(self) -> str:
        name = f"{self.kind}{self.pk}.{self.channel_id}"
        return f"{name}.{_signature(name)}"


def _signature(name: str) -> str:
    return salted_hmac("omnichannel.email.token", name, algorithm="sha256").hexdigest()[:DIGITS]


def _verified(match: re.Match[str] | None) -> Token | None:
    if match is None:
        return None
    kind, pk, channel_id, signature = match.groups()
    if not constant_time_compare(_signature(f"{kind.lower()}{pk}.{channel_id}"), signature.lower()):
        return None
    return Token("c" if kind.lower() == "c" else "m", int(pk), int(channel_id))


def from_address(address: str) -> Token | None:
    """The token of `reply+…@` or `bounce+…@`; None for any other address and for a forged one."""
    return _verified(REPLY_TO.fullmatch(address.strip()))


def is_bounce_address(address: str) -> bool:
    return address.lower().startswith("bounce+")


def from_message_id(message_id: str) -> Token | None:
    """The token of a Message-ID that we gave, with or without angle brackets."""
    return _verified(TOKEN.fullmatch(message_id.strip().strip("<>").rpartition("@")[0]))


def from_text(text: str) -> Token | None:
    """The first valid marker in a body."""
    return next((token for match in MARKER.finditer(text) if (token := _verified(match))), None)

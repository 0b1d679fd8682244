"""Secrets in survey links: 128 random bits in the mail, only their SHA-256 in the database.

A hash without salt is enough for a secret that cannot be guessed, and lets an index find it; the look-up compares
hashes, so its timing tells nothing about the token.
"""

import hashlib
import re
import secrets

FORM = re.compile(r"[A-Za-z0-9_-]{22}")  # 16 bytes in base64url


def new() -> str:
    return secrets.token_urlsafe(16)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def looks_right(token: str) -> bool:
    return FORM.fullmatch(token) is not None

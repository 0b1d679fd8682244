"""Secrets at rest: AES-GCM, bound to the row and field they belong to, so a ciphertext moved elsewhere does not open.

Keys: settings.FIELD_KEYS, `id:base64` of 32 bytes each, newest first. Old keys still open what they closed.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def _keys() -> dict[str, bytes]:
    pairs = (entry.partition(":") for entry in settings.FIELD_KEYS)
    keys = {name: base64.b64decode(key) for name, _, key in pairs}
    if not keys:
        raise ImproperlyConfigured("HILO_FIELD_KEYS is empty: start with bin/up, or set id:base64 of 32 random bytes.")
    return keys


def seal(plain: str, *, place: str) -> str:
    """`place` names where it is kept, `table:pk:field`. Returns `key id:base64(nonce + ciphertext)`."""
    name, key = next(iter(_keys().items()))
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, plain.encode(), place.encode())
    return f"{name}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, place: str) -> str:
    """Raises ValueError if the key is gone, or the text was changed or belongs to another place."""
    name, _, text = sealed.partition(":")
    key = _keys().get(name)
    if key is None:
        raise ValueError(f"The key {name!r} that closed this secret is not in HILO_FIELD_KEYS.")
    blob = base64.b64decode(text)
    try:
        return AESGCM(key).decrypt(blob[:12], blob[12:], place.encode()).decode()
    except InvalidTag:
        raise ValueError("This secret does not belong here.") from None

"""From bytes to JSON, with every size bounded before it is spent."""

import json
import math
import re
import zlib
from typing import Any

from crm.ingest.refused import Refused

BATCH_BYTES = 500 * 1024
EVENT_BYTES = 32 * 1024
MAX_MESSAGES = 2_500  # the smallest useful message is 200 bytes
MAX_DEPTH = 40

_BROKEN = re.compile("[\x00\ud800-\udfff]")


def unpack(body: bytes, *, encoding: str) -> bytes:
    """The plain bytes. Raises Refused: 400 for an encoding that is not understood, 413 for what is too big."""
    if encoding == "gzip":
        return gunzip(body)
    if encoding not in ("", "identity"):
        raise Refused(400, f"Content-Encoding {encoding!r} is not understood; send gzip or none.")
    if len(body) > BATCH_BYTES:
        raise too_big()
    return body


def too_big() -> Refused:
    return Refused(413, f"A request may hold {BATCH_BYTES // 1024} KB; send smaller batches.")


def gunzip(body: bytes) -> bytes:
    """Stops one byte above the limit, so that a bomb costs no more than a full batch."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(body, BATCH_BYTES + 1)
    except zlib.error:
        raise Refused(400, "The body says it is gzip but cannot be unpacked.") from None
    if len(plain) > BATCH_BYTES:
        raise too_big()
    if not inflater.eof:
        raise Refused(400, "The gzip body ends too early.")
    return plain


def parse(body: bytes) -> dict[str, Any]:
    """The request's JSON object, cleaned. Raises Refused(400)."""
    try:
        content = json.loads(body.decode(), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Refused(400, "The body is not UTF-8.") from None
    except RecursionError:
        raise Refused(400, "The body is nested too deeply.") from None
    except ValueError as error:
        raise Refused(400, f"The body is not JSON: {error}.") from None
    if not isinstance(content, dict):
        raise Refused(400, "The body must be a JSON object.")
    return {clean_text(key): clean(value) for key, value in content.items()}


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def clean(value: Any, depth: int = 0) -> Any:
    """Without what jsonb cannot hold: NUL, lone surrogates, infinite numbers. Raises Refused if nested too deeply."""
    if depth > MAX_DEPTH:
        raise Refused(400, f"Values may be nested {MAX_DEPTH} deep.")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(key): clean(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def clean_text(text: str) -> str:
    return _BROKEN.sub(_mend, text) if _BROKEN.search(text) else text


def _mend(match: re.Match[str]) -> str:
    return "" if match[0] == "\x00" else "\ufffd"


def refuse_oversized(message: dict[str, Any], place: str) -> None:
    size = len(json.dumps(message, ensure_ascii=False).encode())
    if size > EVENT_BYTES:
        raise Refused(413, f"{place} has {size // 1024} KB; an event may hold {EVENT_BYTES // 1024} KB.")

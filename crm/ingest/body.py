"""From bytes to JSON, with every size bounded before it is spent."""

import gzip
import io
import json
import math
import re
import sys
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
    if encoding in ("gzip", "x-gzip"):
        return gunzip(body)
    if encoding not in ("", "identity"):
        raise Refused(400, f"Content-Encoding {encoding!r} is not understood; send gzip or none.")
    if len(body) > BATCH_BYTES:
        raise too_big()
    return body


def too_big() -> Refused:
    return Refused(413, f"A request may hold {BATCH_BYTES // 1024} KB; send smaller batches.")


def gunzip(body: bytes) -> bytes:
    """All members. Stops one byte above the limit, so that a bomb costs no more than a full batch."""
    if not body:
        raise Refused(400, "The gzip body ends too early.")
    try:
        plain = gzip.GzipFile(fileobj=io.BytesIO(body)).read(BATCH_BYTES + 1)
    except EOFError:
        raise Refused(400, "The gzip body ends too early.") from None
    except (gzip.BadGzipFile, zlib.error):
        raise Refused(400, "The body says it is gzip but cannot be unpacked.") from None
    if len(plain) > BATCH_BYTES:
        raise too_big()
    return plain


def parse(body: bytes) -> dict[str, Any]:
    """The request's JSON object, cleaned; a byte order mark is no part of it. Raises Refused(400)."""
    try:
        content = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Refused(400, "The body is not UTF-8.") from None
    except RecursionError:
        raise Refused(400, "The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise Refused(400, f"The body is not JSON: {error}.") from None
    except ValueError:  # Python reads no more digits than these, as the time for it grows with their square
        raise Refused(400, f"A number may have {sys.get_int_max_str_digits()} digits.") from None
    if not isinstance(content, dict):
        raise Refused(400, "The body must be a JSON object.")
    return {clean_text(key): clean(value) for key, value in content.items()}


def _no_constant(name: str) -> None:
    raise Refused(400, f"The body is not JSON: {name} is not a JSON number.")


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
        kilobytes = math.ceil(size / 1024)
        raise Refused(413, f"{place} has {kilobytes} KB; an event may hold {EVENT_BYTES // 1024} KB.")

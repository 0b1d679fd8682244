"""Content-Transfer-Encoding: base64, quoted-printable and uuencode as they come, broken ones included."""

from __future__ import annotations

import binascii
import re

NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))

# Blanks that a relay added at the end of a line (RFC 2045 section 6.7, rule 3); the codec takes them for text.
PADDED_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")


def decode_transfer(data: bytes, encoding: str) -> bytes:
    match encoding.strip().lower().strip("\"'"):
        case "base64":
            return decode_base64(data)
        case "quoted-printable":
            return binascii.a2b_qp(PADDED_BREAK.sub(b"=", data))
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return decode_uu(data)
    return data


def decode_base64(data: bytes) -> bytes:
    """Foreign characters are passed over, a cut end gives what is whole. Padding inside starts a new stream."""
    streams = re.split(rb"=+", data) if b"=" in data.rstrip(b"=\r\n \t-") else [data]
    return b"".join(_decode_stream(stream) for stream in streams)


def _decode_stream(data: bytes) -> bytes:
    data = data.translate(None, NOT_BASE64)
    rest = len(data) % 4
    if rest == 1:  # a lone sixth of a byte pair says nothing
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def decode_uu(data: bytes) -> bytes:
    _, begin, body = data.partition(b"begin ")
    if not begin:
        return data
    decoded = []
    for line in body.splitlines()[1:]:
        if line.strip() in (b"end", b"`", b""):
            continue
        decoded.append(_decode_uu_line(line))
    return b"".join(decoded)


def _decode_uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders pad wrongly; the length is in the first character (binascii documents this workaround).
        size = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:size])
        except binascii.Error:
            return b""

"""Header fields: RFC 5322 folding, RFC 2047 encoded words, RFC 2231 parameters, addresses.

Written out because the standard library's header parsers are quadratic or recursive on hostile input
(CPython issue 136063; a `To` of 2 KiB of brackets raises RecursionError).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from .charsets import codec_for, decode, tidy
from .transfer import decode_base64

MAX_VALUE = 32 << 10  # of one header field, in bytes; the rest of the value is not read
MAX_PARAMETERS = 100
MAX_ADDRESSES = 2000

FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)", re.DOTALL)
ENCODED_WORD = re.compile(r"=\?([^\s?*]{1,40})(?:\*[^?]{0,40})?\?([bBqQ])\?([^?]*+)\?=")
BETWEEN_WORDS = re.compile(r"[ \t\r\n]*")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
Q_CODE = re.compile(rb"=([0-9A-Fa-f]{2})")


@dataclass
class Headers:
    """The fields of one header block in their order; names in lower case, values raw and unfolded."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)

    def raw(self, name: str) -> str:
        """The first value of that name as text, not decoded; empty if there is none."""
        return next((to_text(value) for key, value in self.fields if key == name), "")

    def all(self, name: str) -> list[str]:
        return [to_text(value) for key, value in self.fields if key == name]

    def text(self, name: str) -> str:
        """The first value of that name, decoded for reading, on one line."""
        return one_line(decode_words(self.raw(name)))

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)


def parse_block(block: bytes) -> Headers:
    """Lines that are no field are passed over; a field may be folded."""
    fields: list[tuple[str, list[bytes]]] = []
    for line in block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if fields:
                fields[-1][1].append(line)
        elif match := FIELD.fullmatch(line):
            fields.append((match[1].decode("ascii").lower(), [match[2]]))
    return Headers([(name, b"".join(lines)[:MAX_VALUE].strip()) for name, lines in fields])


def to_text(value: bytes) -> str:
    return decode(value)


def one_line(text: str) -> str:
    """No line break or other control character can reach a header, a log or a page (attack list, row 46)."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", text).split())


# --- RFC 2047 ------------------------------------------------------------------------------------------------------


def decode_words(value: str) -> str:
    """Replaces encoded words; neighbours of one charset are joined first, because some mailers cut characters."""
    pieces: list[str] = []
    run: list[bytes] = []
    charset, end = "", 0
    for match in ENCODED_WORD.finditer(value):
        between = value[end : match.start()]
        neighbours = bool(run) and BETWEEN_WORDS.fullmatch(between) is not None
        if run and not (neighbours and match[1].lower() == charset):
            pieces.append(decode(b"".join(run), charset))
            run = []
        if not neighbours:
            pieces.append(between)
        run.append(_word_bytes(match[2], match[3]))
        charset, end = match[1].lower(), match.end()
    pieces.append(decode(b"".join(run), charset) if run else "")
    return "".join(pieces) + value[end:]


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding in "bB":
        return decode_base64(data)
    return Q_CODE.sub(lambda match: binascii.unhexlify(match[1]), data.replace(b"_", b" "))


# --- parameters: RFC 2045, RFC 2231, and what mailers send instead ---------------------------------------------------


def parse_parameters(value: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset=x` → ("text/plain", {"charset": "x"}). Of a repeated name the first one counts."""
    pieces = list(_split_parameters(value))
    single: dict[str, str] = {}
    continued: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in pieces[1 : MAX_PARAMETERS + 1]:
        name, _, raw = piece.partition("=")
        base, numbered, rest = name.strip().lower().partition("*")
        raw = _unquote(raw.strip())
        if not numbered:
            single.setdefault(base, one_line(decode_words(raw)))
        else:
            digits, star, _ = rest.partition("*")
            index = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 0
            continued.setdefault(base, {}).setdefault(index, (raw, bool(star) or not digits))
    for base, sections in continued.items():
        single[base] = one_line(_join_sections(sections))
    return (pieces[0].strip().lower() if pieces else ""), single


def _split_parameters(value: str) -> Iterator[str]:
    """At semicolons outside of quotes. An opened quote that is never closed ends at the next semicolon."""
    start = position = 0
    closing = value.rfind('"')
    while position < len(value):
        if value[position] == '"' and position < closing:
            position = _quote_end(value, position)
        elif value[position] == ";":
            yield value[start:position]
            start = position + 1
        position += 1
    yield value[start:]


def _quote_end(value: str, position: int) -> int:
    position += 1
    while position < len(value) and value[position] != '"':
        position += 2 if value[position] == "\\" else 1
    return position


def _unquote(raw: str) -> str:
    if raw.startswith('"'):
        raw = raw[1:-1] if len(raw) > 1 and raw.endswith('"') else raw[1:]
        return re.sub(r"\\(.)", r"\1", raw)
    return raw


def _join_sections(sections: dict[int, tuple[str, bool]]) -> str:
    ordered = [sections[index] for index in sorted(sections)]
    charset = ""
    first, encoded = ordered[0]
    if encoded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        ordered[0] = (first, True)
    data = b"".join(unquote_to_bytes(text) if percent else text.encode() for text, percent in ordered)
    return decode(data, charset if codec_for(charset) else "utf-8")


# --- addresses -------------------------------------------------------------------------------------------------------


def parse_addresses(value: str) -> list[tuple[str, str]]:
    """[(name, address)] of a From, To or Cc. Comments name an address that has no other name; groups are opened."""
    found: list[tuple[str, str]] = []
    for chunk in _split_addresses(value):
        name, address = _one_address(chunk)
        if address and len(found) < MAX_ADDRESSES:
            found.append((one_line(decode_words(name)), one_line(address)))
    return found


def _split_addresses(value: str) -> Iterator[str]:
    """At commas and semicolons outside of quotes, brackets and comments; one pass, whatever is left open."""
    start, depth, angle, position = 0, 0, False, 0
    while position < len(value):
        char = value[position]
        if char == '"' and depth == 0:
            end = _quote_end(value, position)
            position = end if end < len(value) else position
        elif char == "\\":
            position += 1
        elif char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char in "<>" and depth == 0:
            angle = char == "<"
        elif char in ",;" and depth == 0 and not angle:
            yield value[start:position]
            start = position + 1
        elif char == ":" and depth == 0 and not angle:
            start = position + 1
        position += 1
    yield value[start:]


def _one_address(chunk: str) -> tuple[str, str]:
    text, comments = _take_comments(chunk)
    if "@" not in text:  # a bracket left open has swallowed the address
        text, comments = chunk, ""
    before, opened, rest = text.rpartition("<")
    if opened and "@" in rest:
        inside = rest.split(">")[0]
        if inside.count("@") > 1:  # several in one pair of brackets
            inside = next(piece for piece in re.split("[,;]", inside) if "@" in piece)
        return _unquoted(before) or _unquoted(comments), inside.strip().replace(" ", "")
    words = [word.strip("<>,;'\"") for word in text.split()]
    address = next((word for word in words if "@" in word[1:]), "")
    name = " ".join(word for word in words if word and word != address)
    return (_unquoted(name) or _unquoted(comments), address) if address else ("", "")


def _take_comments(chunk: str) -> tuple[str, str]:
    """The text without `(comments)`, and what stood in them. Quoted strings are left alone."""
    kept: list[str] = []
    comments: list[str] = []
    depth = position = 0
    while position < len(chunk):
        char = chunk[position]
        width = 2 if char == "\\" else 1
        if char == '"' and depth == 0:
            width = min(_quote_end(chunk, position) + 1, len(chunk)) - position
        if char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        else:
            (comments if depth else kept).append(chunk[position : position + width])
        position += width
    return "".join(kept), "".join(comments).strip()


def _unquoted(name: str) -> str:
    return re.sub(r'\\(.)|"', r"\1", name).strip().strip("'").strip()


def parse_message_ids(value: str) -> list[str]:
    """The ids with their angle brackets. Bare words count when a mailer left the brackets out."""
    ids = MESSAGE_ID.findall(value)
    return ids or [word for word in re.split(r"[\s,]+", value.strip()) if "@" in word][:20]


def sanitise_filename(name: str) -> str:
    """A name that is safe to show and to save: no folders, no control or bidirectional characters, ≤ 200 characters."""
    name = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", tidy(name))
    name = re.sub(r"[/\\]+", "_", one_line(name)).strip(". ")
    if len(name) <= 200:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: 199 - len(ending)]}.{ending}" if dot and len(ending) < 20 else name[:200]

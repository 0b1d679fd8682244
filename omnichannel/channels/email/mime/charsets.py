"""Bytes of a declared, wrong or missing charset to text. Never raises, never gives NUL or a lone surrogate.

Names follow the WHATWG Encoding Standard where mail and web agree (latin-1 means windows-1252, gb2312 means gb18030).
"""

from __future__ import annotations

import codecs
import re

# What may decode mail. Everything else (utf-7, and Python's own rot13, zlib, idna …) counts as unknown.
CODECS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "iso-2022-kr": "iso2022_kr",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "cp932": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_ext",
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "unicode-1-1-utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "macintosh": "mac_roman",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
}
FAMILIES = re.compile(r"(?:x-)?(?:(?:windows|cp)-?(125[0-8]|874|866|437|85[0-8])|iso-?8859-(\d{1,2}))(?:-[ei])?")
FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)))


def codec_for(charset: str) -> str | None:
    """The Python codec for a charset named in a mail, or None if it is unknown or not to be trusted."""
    name = charset.strip().strip("'\"").lower().replace(" ", "")
    if name in CODECS:
        return CODECS[name]
    family = FAMILIES.fullmatch(name)
    if not family:
        return None
    codec = f"cp{family[1]}" if family[1] else f"iso8859_{family[2]}"
    try:
        return codecs.lookup(codec).name
    except LookupError:
        return None


def decode(data: bytes, charset: str = "") -> str:
    """Text in which every line ends with LF. A wrong charset is noticed and replaced by utf-8 or windows-1252."""
    return tidy(_decode(data, codec_for(charset)))


def tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(FORBIDDEN)


def _decode(data: bytes, codec: str | None) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if codec in ("utf-16", "utf-16-le", "utf-16-be") and b"\0" not in data:
        codec = None
    declared = None if codec in ("cp1252", "utf-8-sig") else codec
    # Real Western text of one byte a character is almost never valid utf-8, so valid utf-8 wins over saying so.
    candidates = ("utf-8-sig", declared) if declared in (None, "iso8859-15") else (declared, "utf-8-sig")
    for candidate in filter(None, candidates):
        try:
            return data.decode(candidate)
        except ValueError:
            continue
    return data.decode(declared, "replace") if declared else _mostly_utf8(data) or _windows1252(data)


def _mostly_utf8(data: bytes) -> str:
    """Utf-8 with a few broken places (cut in the middle of a character); empty if windows-1252 is likelier."""
    text = data.decode("utf-8-sig", "replace")
    broken = text.count("\ufffd")
    whole = sum(map(text.count, "äöüßéèáíóúñçãõ’–“”…€"))
    return text if broken and whole > broken else ""


def _windows1252(data: bytes) -> str:
    """The five bytes without a meaning in windows-1252 become question marks."""
    return data.translate(_SAFE).decode("cp1252")


_SAFE = bytes(0x3F if code in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else code for code in range(256))

"""Bytes to text under declared, wrong and missing charsets."""

import pytest

from omnichannel.channels.email.mime.charsets import codec_for, decode


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("windows-1250", b"\x9elu\x9dou\xe8k\xfd", "žluťoučký"),
        ("windows-1253", b"\xca\xe1\xeb\xe7", "Καλη"),
        ("windows-1254", b"\xfe\xf0\xfd", "şğı"),
        ("windows-1255", b"\xf9\xec\xe5\xed", "שלום"),
        ("windows-1256", b"\xe3\xd1\xcd\xc8\xc7", "مرحبا"),
        ("windows-1257", b"\xe0\xe8\xeb", "ąčė"),
        ("windows-874", b"\xca\xc7\xd1\xca", "สวัส"),
        ("x-cp1251", b"\xcf\xf0\xe8", "При"),
        ("windows 1251", b"\xcf\xf0\xe8", "При"),
        ("iso-8859-2", b"\xb3\xf3d\xbc", "łódź"),
        ("iso8859-5", b"\xbf\xe0\xd8", "При"),
        ("iso-8859-8-i", b"\xf9\xec\xe5\xed", "שלום"),
        ("iso-8859-9", b"\xfe\xf0\xfd", "şğı"),
        ("iso-8859-15", b"\xa4 \xbd", "€ œ"),
        ("iso-8859-15", b"a\xf1o", "año"),
        ("iso-8859-15", "año: 3 €".encode(), "año: 3 €"),  # utf-8 that says it is something else
        ("cp850", b"a\xa4o", "año"),
        ("cp437", b"a\xa4o", "año"),
        ("cp866", b"\x8f\xe0\xa8", "При"),
        ("koi8-u", b"\xa6\xa7", "ії"),
        ("macintosh", b"a\x96o", "año"),
        ("tis-620", b"\xca\xc7", "สว"),
        ("euc-kr", b"\xbe\xc8", "안"),
        ("iso-2022-kr", b"\x1b$)C\x0e>H\x0f", "안"),
        ("euc-jp", b"\xc6\xfc\xcb\xdc", "日本"),
        ("windows-31j", b"\x93\xfa\x96{", "日本"),
        ("hz-gb-2312", b"~{VPND~}", "中文"),
        ("gbk", b"\xd6\xd0\xce\xc4", "中文"),
        ("utf-16le", b"a\x00\xf1\x00o\x00", "año"),
        ("utf-16be", b"\x00a\x00\xf1\x00o", "año"),
        (" 'UTF-8' ", b"a\xc3\xb1o", "año"),
    ],
)
def test_charset_is_known_by_its_name(charset: str, data: bytes, text: str) -> None:
    assert decode(data, charset) == text


@pytest.mark.parametrize(
    "name", ["", "utf-7", "rot13", "hex", "idna", "punycode", "unicode_escape", "utf-32", "iso-8859-12", "iso-8859-99"]
)
def test_what_is_no_charset_of_mail_is_never_used(name: str) -> None:
    assert codec_for(name) is None


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("", b"\xef\xbb\xbf", ""),
        ("", b"\xef\xbb\xbfa", "a"),
        ("utf-8", b"\xef\xbb\xbfa", "a"),
        ("utf-8", b"\xff\xfea\x00", "a"),  # the mark at the beginning is stronger than the name
        ("iso-8859-1", b"\xfe\xff\x00a", "a"),
        ("utf-16", b"no zero byte \x80", "no zero byte €"),
        ("koi8-r", b"\xff", "Ъ"),
        ("iso-2022-jp", "año".encode(), "año"),  # not valid there, and valid utf-8
        ("iso-2022-jp", b"\x1b$B\xff\xff", "��"),
        ("utf-8", b"\xed\xa0\x80", "í\xa0€"),  # half of a surrogate pair is no character
        ("", b"\x81\x8d\x8f\x90\x9d", "?????"),
        ("utf-8", b"\x81 \xf1", "? ñ"),
    ],
)
def test_wrong_charset_is_noticed(charset: str, data: bytes, text: str) -> None:
    assert decode(data, charset) == text


@pytest.mark.parametrize("charset", ["utf-8", "", "us-ascii", "iso-8859-1", "no-such-charset"])
def test_one_character_cut_in_two_does_not_spoil_the_others(charset: str) -> None:
    assert decode("Señor, ¿mañana a las 10?".encode() + b"\xc3", charset) == "Señor, ¿mañana a las 10?�"


@pytest.mark.parametrize("charset", ["utf-8", "", "iso-8859-1"])
def test_text_of_windows_is_not_taken_for_broken_utf_8(charset: str) -> None:
    assert decode("El señor Núñez, €".encode("cp1252"), charset) == "El señor Núñez, €"


def test_lines_end_with_line_feeds_and_control_characters_are_gone() -> None:
    assert decode(b"a\r\nb\rc\n\rd") == "a\nb\nc\n\nd"
    assert decode(bytes(range(32)) + b"\x7f.") == "\t\n\n."

"""Content-Transfer-Encoding undone, as it comes and as it breaks."""

import base64
import binascii

import pytest

from omnichannel.channels.email.mime.transfer import decode_base64, decode_transfer, decode_uu

BYTES = bytes(range(256))


@pytest.mark.parametrize("name", ["base64", "BASE64", " base64 ", '"base64"', "'base64'"])
def test_name_of_an_encoding_is_understood_however_it_is_written(name: str) -> None:
    assert decode_transfer(b"SG9sYQ==", name) == b"Hola"


@pytest.mark.parametrize("name", ["7bit", "8bit", "binary", "", "rot13", "base-64"])
def test_what_is_not_encoded_stays_as_it_is(name: str) -> None:
    assert decode_transfer(b"SG9sYQ==\xff=20", name) == b"SG9sYQ==\xff=20"


@pytest.mark.parametrize("name", ["x-uuencode", "uuencode", "x-uue", "UUE"])
def test_uuencode_has_four_names(name: str) -> None:
    assert decode_transfer(b"begin 644 f\n" + binascii.b2a_uu(b"Hola") + b"`\nend\n", name) == b"Hola"


# --- base64 ---


@pytest.mark.parametrize("size", [0, 1, 2, 3, 54, 57, 256])
def test_base64_of_every_length_is_decoded_in_lines_and_without_padding(size: int) -> None:
    content = BYTES[:size]

    assert decode_base64(base64.encodebytes(content)) == content
    assert decode_base64(base64.b64encode(content).rstrip(b"=")) == content


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        (b"SG9sY", b"Hol"),  # cut in the middle of a character: the rest says nothing
        (b"SG9sY===", b"Hol"),
        (b"S", b""),
        (b"====", b""),
        (b"SG9sYQ=", b"Hola"),
        (b"SG9sYQ=====", b"Hola"),
        (b"SG9sYQ==\r\n \t-", b"Hola"),
        (b"SG9sYQ==\r\nSG9sYQ==\r\n", b"HolaHola"),  # two files glued together by a gateway
        (b"SG9sY=\r\nSG9s", b"HolHol"),
        (b"S.G*9\xffs\x00Y_Q", b"Hola"),
    ],
)
def test_broken_base64_gives_what_is_whole(broken: bytes, whole: bytes) -> None:
    assert decode_base64(broken) == whole


# --- quoted-printable ---


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"a=20b=\r\nc", b"a bc"),
        (b"a=20b=\nc", b"a bc"),
        (b"a=20b= \t\r\nc", b"a bc"),  # a relay added blanks
        (b"=C3=B1=c3=b1", b"\xc3\xb1\xc3\xb1"),
        (b"a_b", b"a_b"),  # not the Q of headers
        (b"=3D3D", b"=3D"),
        (b"50=% =Z1 =2", b"50=% =Z1 =2"),
        (b"cut=", b"cut"),
        (b"8 bit \xf1", b"8 bit \xf1"),
    ],
)
def test_quoted_printable_is_decoded_or_left(written: bytes, read: bytes) -> None:
    assert decode_transfer(written, "quoted-printable") == read


# --- uuencode ---


@pytest.mark.parametrize("size", [1, 2, 3, 44, 45, 46, 256])
def test_uuencoded_file_of_every_length_is_decoded(size: int) -> None:
    content = BYTES[:size]
    lines = [binascii.b2a_uu(content[start : start + 45]) for start in range(0, size, 45)]

    assert decode_uu(b"Hello,\n\nbegin 644 file.bin\n" + b"".join(lines) + b"`\nend\n") == content


@pytest.mark.parametrize("size", [1, 2, 3, 4, 30, 45])
def test_uuencoded_line_that_is_padded_with_rubbish_is_as_long_as_it_says(size: int) -> None:
    line = binascii.b2a_uu(BYTES[-size:]).rstrip(b"\n")
    assert decode_uu(b"begin 644 f\n" + line + b"xyz\n`\nend") == BYTES[-size:]


def test_uuencoded_lines_that_are_none_are_left_out() -> None:
    assert decode_uu(b"begin 644 f\n\n$2&]L80``\n$\xff\xff\n   \n$2&]L80``\nend") == b"HolaHola"


def test_what_never_begins_is_left_as_it_is() -> None:
    assert decode_uu(b"beginning with nothing\n$2&]L80``\n") == b"beginning with nothing\n$2&]L80``\n"

"""Reading what servers say of a sender: any line that a mail may carry, in bounded time."""

from __future__ import annotations

import time

import pytest

from omnichannel.channels.email.mime.authentication import authentication_results, without_comments
from omnichannel.channels.email.mime.headers import parse_block

GMAIL = (
    b"Authentication-Results: mx.google.com;\r\n       dkim=pass header.i=@casa.example header.s=k1 header.b=AbC;\r\n"
    b"       spf=pass (google.com: domain of ana@casa.example designates 1.2.3.4 as permitted sender)"
    b' smtp.mailfrom="ana@casa.example";\r\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=casa.example'
)
MICROSOFT = (
    b"Authentication-Results: spf=pass (sender IP is 1.2.3.4)\r\n smtp.mailfrom=casa.example; dkim=none (message not "
    b"signed)\r\n header.d=none;dmarc=fail action=oreject\r\n header.from=Casa.Example;compauth=fail reason=000"
)


def read(*lines: bytes) -> list[tuple[str, bool, list[tuple[str, str]]]]:
    found = authentication_results(parse_block(b"\r\n".join(lines)))
    return [
        (line["server"], line["on_top"], [(result["method"], result["result"]) for result in line["results"]])
        for line in found
    ]


def test_lines_of_the_large_providers_are_read() -> None:
    assert read(GMAIL) == [("mx.google.com", True, [("dkim", "pass"), ("spf", "pass"), ("dmarc", "pass")])]
    assert read(MICROSOFT) == [("", True, [("spf", "pass"), ("dkim", "none"), ("dmarc", "fail"), ("compauth", "fail")])]


def test_properties_are_in_lower_case_and_without_quotes() -> None:
    (line,) = authentication_results(parse_block(GMAIL))
    assert [result["properties"] for result in line["results"]] == [
        {"header.i": "@casa.example", "header.s": "k1", "header.b": "abc"},
        {"smtp.mailfrom": "ana@casa.example"},
        {"header.from": "casa.example"},
    ]


def test_place_above_or_below_the_lines_of_transport_is_known() -> None:
    top, below = b"Authentication-Results: a.example; none", b"Authentication-Results: b.example 1; dmarc=pass"
    assert read(top, b"Received: x", below, b"Received: y") == [
        ("a.example", True, []),
        ("b.example", False, [("dmarc", "pass")]),
    ]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a; spf=fail (dmarc=pass; (nested) )", "a; spf=fail "),
        ("a; spf=fail (never closed; dmarc=pass", "a; spf=fail "),
        ('a; x="(no comment)"', 'a; x="(no comment)"'),
        (r"a (\) dmarc=pass) b", "a  b"),
    ],
)
def test_comments_say_nothing(value: str, kept: str) -> None:
    assert without_comments(value) == kept


@pytest.mark.parametrize(
    "hostile", [b"(" * 30_000, b"a;" * 15_000, b"a=" * 15_000, b"a; spf=pass " + b"b=" * 15_000, b'"' * 30_000, b";"]
)
def test_odd_lines_are_read_in_bounded_time(hostile: bytes) -> None:
    start = time.process_time()
    read(*[b"Authentication-Results: " + hostile] * 30)
    assert time.process_time() - start < 5

"""A raw mail as a tree: where heads end, where parts begin, and what is too much."""

from typing import Any

import pytest

from omnichannel.channels.email.mime.tree import MAX_HEADER_BLOCK, MailRefused, Part, parse_tree, split_head

MIXED = b"Content-Type: multipart/mixed; boundary=cut\r\n\r\n"


def bodies(raw: bytes) -> list[bytes]:
    return [part.body for part in parse_tree(raw).children]


def shape(part: Part) -> Any:
    return [part.content_type, *map(shape, part.children)] if part.children else part.content_type


@pytest.mark.parametrize(
    ("raw", "head", "body"),
    [
        (b"A: 1\r\n\r\nbody", b"A: 1", b"body"),
        (b"A: 1\n\nbody", b"A: 1", b"body"),
        (b"A: 1\r\rbody", b"A: 1", b"body"),
        (b"A: 1\n\r\nbody", b"A: 1", b"body"),
        (b"A: 1\r\n\r\n\r\nbody", b"A: 1", b"\r\nbody"),
        (b"A: 1\n\nB: 2\r\n\r\nbody", b"A: 1", b"B: 2\r\n\r\nbody"),  # the first empty line, whatever its end
        (b"\nbody", b"", b"body"),
        (b"\r\nA: 1\r\n\r\nbody", b"", b"A: 1\r\n\r\nbody"),
        (b"no field\n\nbody", b"", b"no field\n\nbody"),
        (b"A: 1\n folded\nbody", b"A: 1\n folded\n", b"body"),
        (b"A: 1", b"A: 1", b""),
        (b"", b"", b""),
    ],
)
def test_head_ends_at_the_first_empty_line_or_at_what_is_no_field(raw: bytes, head: bytes, body: bytes) -> None:
    assert split_head(raw) == (head, body)


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (b"before\r\n--cut\r\n\r\none\r\n--cut\r\n\r\ntwo\r\n--cut--\r\nafter", [b"one", b"two"]),
        (b"--cut\n\none\n--cut\n\ntwo\n--cut--", [b"one", b"two"]),
        (b"--cut\r\n\r\none", [b"one"]),
        (b"--cut \t\r\n\r\none\r\n--cut-- \r\n", [b"one"]),
        (b"--cut\r\n--cut\r\n\r\none\r\n--cut--", [b"", b"one"]),
        (b"--cut\r\n\r\none\r\n\r\n--cut--", [b"one\r\n"]),  # the line end before a delimiter belongs to it
        (b"--cut\r\n\r\none\r\n--cut--\r\n--cut\r\n\r\nlate", [b"one"]),
        (
            b"--cut\r\n\r\none\r\n--cut-\r\n--cuts\r\nx--cut\r\n --cut\r\n--cut--",
            [b"one\r\n--cut-\r\n--cuts\r\nx--cut\r\n --cut"],
        ),
    ],
)
def test_parts_stand_between_the_delimiter_lines(body: bytes, parts: list[bytes]) -> None:
    assert bodies(MIXED + body) == parts


@pytest.mark.parametrize(
    "body", [b"--cuts\r\n\r\none", b"x--cut\r\n\r\none", b" --cut\r\n\r\none", b"--cut--\r\n\r\none"]
)
def test_without_a_delimiter_there_are_no_parts(body: bytes) -> None:
    assert bodies(MIXED + body) == []


@pytest.mark.parametrize("boundary", ["a b", "(1)+x?y=.*", "=_Next_ñ", "b" * 250])
def test_boundary_is_taken_letter_by_letter(boundary: str) -> None:
    raw = f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n--{boundary}\n\none\n--{boundary}--'.encode()
    assert bodies(raw) == [b"one"]


@pytest.mark.parametrize(
    ("kind", "boundary", "count"),
    [
        ("multipart/mixed", "b" * 251, 0),
        ("multipart/mixed", "", 0),
        ("text/plain", "b", 0),
        ("MULTIPART/odd", "b", 1),
    ],
)
def test_only_a_multipart_with_a_boundary_of_up_to_250_letters_is_cut(kind: str, boundary: str, count: int) -> None:
    raw = f'Content-Type: {kind}; BOUNDARY="{boundary}"\n\n--{boundary}\n\none'.encode()
    assert len(bodies(raw)) == count


def test_nested_parts_come_in_the_order_of_the_mail() -> None:
    inner = b"Content-Type: multipart/alternative; boundary=in\r\n\r\n"
    inner += b"--in\r\n\r\na\r\n--in\r\nContent-Type: text/html\r\n\r\nb"
    root = parse_tree(MIXED + b"--cut\r\n" + inner + b"\r\n--cut\r\nContent-Type: image/png\r\n\r\nc\r\n--cut--")

    assert shape(root) == ["multipart/mixed", ["multipart/alternative", "text/plain", "text/html"], "image/png"]
    assert [part.body for part in root.walk() if not part.is_multipart] == [b"a", b"b", b"c"]


def test_parts_of_a_digest_are_mails_unless_they_say_otherwise() -> None:
    head = b"Content-Type: multipart/digest; boundary=x\n\n"
    raw = head + b"--x\n\nSubject: a\n\nb\n--x\nContent-Type: text/html\n\nc\n--x--"
    assert shape(parse_tree(raw)) == ["multipart/digest", "message/rfc822", "text/html"]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("text/html", "text/html"),
        ("TEXT/Html; x=y", "text/html"),
        ("text/html;", "text/html"),
        ("image/svg+xml", "image/svg+xml"),
        ("html", "text/plain"),
        ("text/html, text/plain", "text/plain"),
        ("text / html", "text/plain"),
        ("text/<script>", "text/plain"),
        ("", "text/plain"),
        ("a" * 81 + "/b", "text/plain"),
    ],
)
def test_kind_that_is_none_is_text(written: str, kind: str) -> None:
    assert parse_tree(f"Content-Type: {written}\n\nx".encode()).content_type == kind


def test_line_of_an_mbox_is_no_field_and_empty_lines_before_the_head_are_passed_over() -> None:
    for before in (b"From ana@casa.example Mon Jan  5 2026\n", b">From ana\r\n", b"\r\n\n\r\n"):
        root = parse_tree(before + b"Subject: x\n\nbody")
        assert (root.headers.raw("subject"), root.body) == ("x", b"body")


def test_head_of_64_kibibytes_is_read_and_one_byte_more_is_refused_in_any_part() -> None:
    head = b"Subject: " + b"x" * (MAX_HEADER_BLOCK - 9)
    assert parse_tree(head + b"\n\nbody").body == b"body"

    for raw in (head + b"x\n\nbody", MIXED + b"--cut\r\n" + head + b"x\n\nbody"):
        with pytest.raises(MailRefused, match=r"^A header block has 65537 bytes; the limit is 65536\.$"):
            parse_tree(raw)


def test_a_thousand_parts_with_the_mail_itself_are_read_and_one_more_is_refused() -> None:
    assert len(bodies(MIXED + b"--cut\n\n\n" * 999)) == 999

    with pytest.raises(MailRefused, match=r"^The mail has more than 1000 parts\.$"):
        parse_tree(MIXED + b"--cut\n\n\n" * 1000)


def test_parts_count_together_however_they_are_nested() -> None:
    inner = b"--cut\nContent-Type: multipart/mixed; boundary=in\n\n" + b"--in\n\n\n" * 249 + b"--in--\n"
    assert len(list(parse_tree(MIXED + inner * 3).walk())) == 1 + 3 + 3 * 249

    with pytest.raises(MailRefused, match=r"^The mail has more than 1000 parts\.$"):
        parse_tree(MIXED + inner * 4)


def test_fifty_levels_are_read_and_one_more_is_refused() -> None:
    def nested(levels: int) -> bytes:
        return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))

    assert len(list(parse_tree(nested(50) + b"\nx").walk())) == 51
    with pytest.raises(MailRefused, match=r"^The mail is nested more than 50 levels deep\.$"):
        parse_tree(nested(51) + b"\nx")

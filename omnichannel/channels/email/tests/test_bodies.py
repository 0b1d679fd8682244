"""Which part is the message, which is attached to it, and under what name."""

import pytest

from omnichannel.channels.email.parse import parse
from omnichannel.channels.email.parsed import ParsedMail
from omnichannel.channels.email.tests.mails import multipart, raw_mail

RULE = "_" * 32


def part(content: str, kind: str = "text/plain", **headers: str) -> str:
    fields = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"Content-Type: {kind}\r\n{fields}\r\n{content}"


def attached(*parts: str) -> ParsedMail:
    return parse(multipart("mixed", *parts))


HTML = part("<p>rich</p>", "text/html")


@pytest.mark.parametrize(
    ("raw", "text", "html"),
    [
        (multipart("mixed", part("a"), HTML), f"a\n\n{RULE}\n\nrich", "<p>a</p><hr><p>rich</p>"),
        (multipart("mixed", HTML, part("a <b>")), f"rich\n\n{RULE}\n\na <b>", "<p>rich</p><hr><p>a &lt;b&gt;</p>"),
        (multipart("mixed", part("a"), part("b"), part("c")), "a\n\nb\n\nc", ""),
        (multipart("alternative", HTML, part("<p>richer</p>", "text/html")), "richer", "<p>richer</p>"),
        (multipart("alternative", part("first"), part("second")), "first", ""),
        (multipart("alternative", HTML, part("plain")), "plain", "<p>rich</p>"),
        (multipart("alternative", part(" "), part("plain")), "plain", ""),
        (multipart("alternative", part("plain"), part("", "text/html")), "plain", ""),
        (multipart("mixed", part("a"), part("", "multipart/mixed; boundary=none")), "a", ""),
        (multipart("odd", part("a"), part("b")), "a\n\nb", ""),
    ],
)
def test_parts_become_one_text_and_one_page(raw: bytes, text: str, html: str) -> None:
    mail = parse(raw)
    assert (mail["text"], mail["html"]) == (text, html)


def test_alternatives_in_a_row_keep_the_text_of_each() -> None:
    inner = "Content-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\n\r\n{0}\r\n--in\r\nContent-Type: text/html"
    inner += "\r\n\r\n<b>{0}</b>\r\n--in--"

    mail = attached(inner.format("one"), inner.format("two"))

    assert (mail["text"], mail["html"]) == ("one\n\ntwo", "<b>one</b><hr><b>two</b>")


def test_page_beside_an_empty_text_is_read_although_another_part_has_a_text() -> None:
    inner = "Content-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\n\r\n \r\n--in\r\n"
    inner += "Content-Type: text/html\r\n\r\n<p>rich</p>\r\n--in--"

    mail = attached(part("a"), inner)

    assert (mail["text"], mail["html"]) == (f"a\n\n{RULE}\n\nrich", "<p>a</p><hr><p>rich</p>")


def test_lines_at_the_beginning_keep_their_indent() -> None:
    assert parse(raw_mail("\r\n\r\n  a\r\n  b \r\n\r\n"))["text"] == "  a\n  b"


@pytest.mark.parametrize(
    ("kind", "disposition", "is_file", "inline"),
    [
        ("text/plain", "attachment", True, False),
        ("text/plain", "ATTACHMENT", True, False),
        ("text/plain", "inline; filename=a.txt", True, True),
        ("text/plain; name=a.txt", "inline", True, True),
        ("text/plain", "inline", False, False),
        ("text/plain; name=a.txt", "", False, False),  # Apple's mailer names even the message
        ("text/html", "attachment; filename=a.html", True, False),
        ("text/csv", "", True, False),
        ("application/pdf", "", True, False),
    ],
)
def test_what_is_attached(kind: str, disposition: str, is_file: bool, inline: bool) -> None:
    headers = {"Content_Disposition": disposition} if disposition else {}
    mail = attached(part("x", kind, **headers))
    assert [each["inline"] for each in mail["attachments"]] == [inline] * is_file
    assert mail["text"] == ("" if is_file else "x")


@pytest.mark.parametrize(
    ("kind", "headers", "name"),
    [
        ("application/pdf; name=n.pdf", {"Content_Disposition": "attachment; filename=f.pdf"}, "f.pdf"),
        ("application/pdf; name=n.pdf", {}, "n.pdf"),
        ("application/pdf", {"Content_Disposition": 'attachment; filename="../f.pdf"'}, "_f.pdf"),
        ("application/pdf", {"Content_Disposition": "attachment; filename*=utf-8''a%C3%B1o.pdf"}, "año.pdf"),
        ("application/pdf", {"Content_Disposition": 'attachment; filename="..."'}, "application-1.pdf"),
        ("application/pdf", {"Content_Description": "=?utf-8?q?Factura_n=C2=BA_1?="}, "Factura nº 1.pdf"),
        ("application/pdf", {}, "application-1.pdf"),
        ("image/jpeg", {}, "image-1.jpg"),
        ("text/calendar", {}, "text-1.ics"),
        ("application/ms-tnef", {}, "application-1.dat"),
        ("message/delivery-status", {}, "message-1.txt"),
        ("text/rfc822-headers", {}, "text-1.txt"),
        ("application/x-nobody-knows", {}, "application-1.bin"),
    ],
)
def test_file_has_a_name_whatever_the_mail_says(kind: str, headers: dict[str, str], name: str) -> None:
    assert [each["filename"] for each in attached(part("x", kind, **headers))["attachments"]] == [name]


@pytest.mark.parametrize(
    ("mail", "name"),
    [
        ("Subject: =?utf-8?q?A=C3=B1o?= 1/2\r\n\r\nx", "Año 1_2.eml"),
        ("\r\nSubject: after an empty line\n\nx", "after an empty line.eml"),
        ("From: ana@casa.example\r\n\r\nx", "as described.eml"),
        ("From: ana@casa.example\n\nSubject: of the body", "as described.eml"),
    ],
)
def test_attached_mail_is_called_by_its_subject(mail: str, name: str) -> None:
    raw = attached(part(mail, "message/rfc822", Content_Description="as described"))
    assert [each["filename"] for each in raw["attachments"]] == [name]


def test_nameless_files_are_numbered_by_their_place_among_the_files() -> None:
    mail = attached(part("a"), part("1", "image/png"), part("2", "image/gif", Content_Disposition="inline"), part("b"))
    assert [each["filename"] for each in mail["attachments"]] == ["image-1.png", "image-2.gif"]


def test_image_with_an_id_is_inline_unless_it_says_that_it_is_attached() -> None:
    mail = attached(
        part("1", "image/png", Content_ID="<one@x>"),
        part("2", "image/png", Content_ID=" two@x "),
        part("3", "image/png", Content_ID="<three>", Content_Disposition="attachment"),
        part("4", "image/png", Content_ID="<" + "i" * 300 + ">"),
    )

    said = [(each["content_id"], each["inline"]) for each in mail["attachments"]]

    assert said == [("one@x", True), ("two@x", True), ("three", False), ("i" * 250, True)]


def test_of_two_images_with_one_id_the_first_is_shown() -> None:
    image = part("x", "image/png", Content_ID="<logo>")
    assert attached(part('<img src="cid:logo">', "text/html"), image, image)["html"] == '<img data-attachment="0">'


@pytest.mark.parametrize(
    ("page", "kind", "text"),
    [
        (b"<meta charset=koi8-r>\xf0", "text/html", "П"),
        (b"<META CHARSET='KOI8-R'>\xf0", "text/html", "П"),
        (b'<meta content="text/html; charset=koi8-r; x">\xf0', "text/html", "П"),
        (b'<meta charset="koi8-r">\xc3\xb1', "text/html; charset=utf-8", "ñ"),  # the mail knows better
        (b'<meta charset = "koi8-r">\xf0', "text/html", "П"),
        (b"<meta charset=\xff>\xf1", "text/html", "ñ"),
        (b" " * 2048 + b"<meta charset=koi8-r>\xf0", "text/html", "ð"),  # only the beginning is looked at
    ],
)
def test_charset_of_a_page_is_looked_for_in_its_head(page: bytes, kind: str, text: str) -> None:
    assert parse(raw_mail(page, Content_Type=kind))["text"] == text

"""Reading of mail as it comes: no sandbox here, the functions themselves."""

import base64
import contextlib
import hashlib
import sys
import time
from typing import Any

import pytest

from omnichannel.channels.email.mime.tree import MailRefused
from omnichannel.channels.email.parse import parse, parse_with_files
from omnichannel.channels.email.parsed import ParsedMail
from omnichannel.channels.email.tests.mails import multipart, raw_mail

NO_FIELDS = "This is no mail: it has no header fields."


def names(mail: ParsedMail) -> list[str]:
    return [attached["filename"] for attached in mail["attachments"]]


def part(content: str, kind: str = "text/plain", **headers: str) -> str:
    fields = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"Content-Type: {kind}\r\n{fields}\r\n{content}"


def b64(data: bytes) -> str:
    return base64.encodebytes(data).decode().replace("\n", "\r\n")


def test_plain_mail_is_read() -> None:
    mail = parse(
        raw_mail("Hola\r\nadiós\r\n", Message_ID="<a@casa.example>", References="<r1@x.example>\r\n <r2@x.example>")
    )
    assert (mail["from_name"], mail["from_email"], mail["to"]) == (
        "Ana Ruiz",
        "ana@casa.example",
        "support@hilo.example",
    )
    assert (mail["message_id"], mail["references"]) == ("<a@casa.example>", ["<r1@x.example>", "<r2@x.example>"])
    assert (mail["text"], mail["html"], mail["content_type"]) == ("Hola\nadiós", "", "text/plain")
    assert (mail["date"], mail["notes"]) == ("2026-01-05T09:00:00+00:00", [])


# --- headers ---


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?q?Ol=C3=A9_ma=C3=B1ana?=", "Olé mañana"),
        ("=?UTF-8?B?w7E=?= =?UTF-8?B?w7E=?=", "ññ"),
        ("=?utf-8?B?w7HD?= =?utf-8?B?sQ==?=", "ññ"),  # a character cut in two
        ("=?iso-8859-1?Q?a=F1o?= and =?utf-8?Q?b?=", "año and b"),
        ("=?utf-8*es?Q?a=C3=B1o?=", "año"),
        ("=?x-unknown?Q?a=C3=B1o?=", "año"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?gb2312?B?xOO6ww==?=", "你好"),
        ("=?koi8-r?B?8NLJ18XU?=", "Привет"),
        ("=?utf-7?Q?+AGE-?=", "+AGE-"),  # never decoded
        ("=?utf-8?B?!!!?=", ""),
        ("=?utf-8?Q?broken", "=?utf-8?Q?broken"),
        ("folded\r\n over\r\n\tlines", "folded over lines"),
        ("Año sin codificar", "Año sin codificar"),
    ],
)
def test_subject_is_decoded(written: str, read: str) -> None:
    assert parse(raw_mail(Subject=written))["subject"] == read


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("a@b.example", "", "a@b.example"),
        ("<a@b.example>", "", "a@b.example"),
        ('"Ruiz, Ana" <a@b.example>', "Ruiz, Ana", "a@b.example"),
        ("a@b.example (Ana Ruiz)", "Ana Ruiz", "a@b.example"),
        ("=?utf-8?Q?Ruiz=2C_Ana?= <a@b.example>", "Ruiz, Ana", "a@b.example"),
        ('"=?utf-8?Q?Jos=C3=A9?=" <a@b.example>', "José", "a@b.example"),
        ("'Ana' <a@b.example>, other@b.example", "Ana", "a@b.example"),
        ("Ana Ruiz a@b.example", "Ana Ruiz", "a@b.example"),
        ('"a@b.example" <c@d.example>', "a@b.example", "c@d.example"),
        ("Team: a@b.example, c@d.example;", "", "a@b.example"),
        ("((((( <a@b.example>", "(((((", "a@b.example"),
        ("Ana <a@b.example", "Ana", "a@b.example"),
        ('"Ana \\"A\\" Ruiz" <a@b.example>', 'Ana "A" Ruiz', "a@b.example"),
        ("nobody", "nobody", ""),
    ],
)
def test_sender_is_found(written: str, name: str, address: str) -> None:
    mail = parse(raw_mail(From=written))
    assert (mail["from_name"], mail["from_email"]) == (name, address)


def test_missing_sender_is_replaced_by_the_next_best() -> None:
    assert parse(raw_mail(From="", Reply_To="r@b.example"))["from_email"] == "r@b.example"
    assert parse(raw_mail(From="", Return_Path="<p@b.example>"))["from_email"] == "p@b.example"


def test_recipients_are_text_and_lists() -> None:
    mail = parse(raw_mail(To='"Soporte, ES" <s@hilo.example>, b@c.example', Cc="=?utf-8?Q?Jos=C3=A9?= <j@c.example>"))
    assert (mail["to"], mail["cc"]) == ('"Soporte, ES" <s@hilo.example>, b@c.example', "José <j@c.example>")
    assert [each["address"] for each in mail["to_addresses"]] == ["s@hilo.example", "b@c.example"]


def test_repeated_headers_are_noted_and_the_first_counts() -> None:
    mail = parse(b"From: first@a.example\r\n" + raw_mail(Message_ID=""))
    assert mail["from_email"] == "first@a.example"
    assert mail["notes"] == ["The header from is repeated; the first one counts.", "The mail has no Message-ID."]


@pytest.mark.parametrize(
    "trick",
    ["one\rBcc: x@y.example", "=?utf-8?B?b25lDQpCY2M6IHhAeS5leGFtcGxl?=", "=?utf-8?Q?one=E2=80=A8Bcc:_x@y.example?="],
)
def test_no_line_break_survives_in_a_header(trick: str) -> None:
    subject = parse(raw_mail(Subject=trick))["subject"]
    assert subject.startswith("one")
    assert not set(subject) & set("\r\n\x00\x85\u2028\u2029")


# --- charsets ---


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("utf-8", "año €".encode(), "año €"),
        ("iso-8859-1", "año".encode("latin-1"), "año"),
        ("iso-8859-1", "“€” –".encode("cp1252"), "“€” –"),  # windows-1252 under a wrong name
        ("us-ascii", "año".encode(), "año"),
        ("iso-8859-1", "año".encode(), "año"),  # utf-8 under a wrong name
        ("utf-8", "año".encode("latin-1"), "año"),  # and the other way round
        ("windows-1252", b"caf\xe9 \x81", "café ?"),
        ("", "año".encode("latin-1"), "año"),
        ("no-such-charset", "año".encode(), "año"),
        ("gb2312", "你好".encode("gb18030"), "你好"),
        ("iso-2022-jp", "日本語".encode("iso2022_jp"), "日本語"),
        ("shift_jis", "日本語①".encode("cp932"), "日本語①"),
        ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("big5", "你好".encode("big5"), "你好"),
        ("ks_c_5601-1987", "안녕".encode("cp949"), "안녕"),
        ("windows-1251", "Привет".encode("cp1251"), "Привет"),
        ("utf-16", "año".encode("utf-16"), "año"),
        ("utf-16", b"plain", "plain"),
        ("utf-7", b"+ADw-script+AD4-", "+ADw-script+AD4-"),
        ("rot13", b"nop", "nop"),
        ("zlib", b"nop", "nop"),
        ('"utf-8"', "año".encode(), "año"),
        ("utf-8", b"a\x00b\x07c", "abc"),
    ],
)
def test_charset_is_understood_or_mended(charset: str, data: bytes, text: str) -> None:
    kind = f"text/plain; charset={charset}" if charset else "text/plain"
    assert parse(raw_mail(data, Content_Type=kind))["text"] == text


def test_charset_of_html_may_stand_in_the_page() -> None:
    page = '<html><head><meta charset="koi8-r"></head><body>Привет</body></html>'.encode("koi8-r")
    assert parse(raw_mail(page, Content_Type="text/html"))["text"] == "Привет"


# --- bodies ---


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("base64", "SG9sYQ==", "Hola"),
        ("base64", "SG9s\r\nYQ", "Hola"),  # without padding
        ("base64", "SG9s*-YQ==\r\n--footer--", "Hola"),
        ("base64", "SG9sYQ==SG9sYQ==", "HolaHola"),
        ("quoted-printable", "a=C3=B1o =\r\nlargo", "año largo"),
        ("quoted-printable", "50=% of =ZZ", "50=% of =ZZ"),
        ("x-uuencode", "begin 644 f\r\n$2&]L80``\r\n`\r\nend", "Hola"),
        ("x-uuencode", "begin 644 f\r\n$2&]L80``    \r\n`\r\nend", "Hola"),  # padded too long
        ("x-uuencode", "begin 644 f\r\n$2&]L80``\r\n$\xff\xff\r\nend", "Hola"),  # a line that is none
        ("uuencode", "no beginning", "no beginning"),
        ("x-unknown", "Hola", "Hola"),
    ],
)
def test_transfer_encoding_is_undone(encoding: str, body: str, text: str) -> None:
    mail = parse(raw_mail(body, Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding=encoding))
    assert mail["text"].startswith(text)


def test_alternative_gives_text_and_html() -> None:
    mail = parse(multipart("alternative", part("plain"), part("<p>rich</p>", "text/html")))
    assert (mail["text"], mail["html"], mail["content_type"]) == ("plain", "<p>rich</p>", "text/html")


def test_html_alone_gives_its_text() -> None:
    page = "<p>Hello&nbsp;you</p><ul><li>one<li>two</ul><blockquote>said</blockquote><pre>a\n  b</pre>x<br>y"
    mail = parse(raw_mail(page, Content_Type="text/html"))
    assert mail["text"] == "Hello you\n\n* one\n* two\n\n> said\n\na\n  b\n\nx\ny"


def test_empty_plain_part_yields_to_the_html() -> None:
    assert parse(multipart("alternative", part(" \r\n"), part("<p>rich</p>", "text/html")))["text"] == "rich"


def test_texts_in_a_row_are_one_body() -> None:
    mail = parse(multipart("mixed", part("one"), part("x", "image/png", Content_Disposition="inline"), part("two")))
    assert (mail["text"], names(mail)) == ("one\n\ntwo", ["image-1.png"])


def test_flowed_lines_are_joined() -> None:
    body = "This goes \r\non here.\r\n> quoted \r\n> words\r\n-- \r\nAna"
    assert (
        parse(raw_mail(body, Content_Type="text/plain; format=flowed"))["text"]
        == "This goes on here.\n> quoted words\n-- \nAna"
    )


def test_inline_image_points_to_its_attachment() -> None:
    mail = parse(
        multipart(
            "related",
            part('<p>See <img src="cid:logo@x"> and <img src="cid:other"></p>', "text/html"),
            part("PNG", "image/png", Content_ID="<logo@x>", Content_Disposition="inline; filename=logo.png"),
        )
    )
    assert mail["html"] == '<p>See <img data-attachment="0"> and <img></p>'
    assert (mail["attachments"][0]["content_id"], mail["attachments"][0]["inline"]) == ("logo@x", True)


def test_attachments_come_with_size_digest_and_bytes() -> None:
    content = bytes(range(256))
    raw = multipart(
        "mixed",
        part("see"),
        part(
            b64(content),
            "application/pdf",
            Content_Transfer_Encoding="base64",
            Content_Disposition='attachment; filename="a.pdf"',
        ),
    )
    attached = parse(raw)["attachments"][0]
    assert (attached["filename"], attached["content_type"], attached["size"]) == ("a.pdf", "application/pdf", 256)
    assert attached["md5"] == hashlib.md5(content).hexdigest()
    assert parse_with_files(raw).endswith(content)


@pytest.mark.parametrize(
    ("disposition", "kind", "name"),
    [
        ('attachment; filename="a b.pdf"', "application/pdf", "a b.pdf"),
        ("attachment; filename=a b.pdf", "application/pdf", "a b.pdf"),
        ("attachment; filename*=utf-8''a%C3%B1o.pdf", "application/pdf", "año.pdf"),
        ("attachment; filename*0*=utf-8''a%C3; filename*1*=%B1o; filename*2=.pdf", "application/pdf", "año.pdf"),
        ("attachment; filename*1=b.pdf; filename*0=a", "application/pdf", "ab.pdf"),
        ('attachment; filename="=?utf-8?Q?a=C3=B1o.pdf?="', "application/pdf", "año.pdf"),
        ("attachment", 'application/pdf; name="n.pdf"', "n.pdf"),
        ('attachment; filename="../../etc/passwd"', "text/plain", "_.._etc_passwd"),
        ('attachment; filename="a\u202egpj.exe"', "text/plain", "agpj.exe"),
        ("attachment", "image/jpeg", "image-1.jpg"),
        ("attachment", "text/calendar", "text-1.ics"),
        ('attachment; filename="unclosed.pdf', "application/pdf", "unclosed.pdf"),
    ],
)
def test_filename_is_found(disposition: str, kind: str, name: str) -> None:
    assert names(parse(multipart("mixed", part("see"), part("x", kind, Content_Disposition=disposition)))) == [name]


def test_attached_mail_is_named_by_its_subject_and_not_opened() -> None:
    inner = raw_mail("inner text", Subject="=?utf-8?Q?A=C3=B1o?=").decode()
    mail = parse(multipart("mixed", part("outer"), part(inner, "message/rfc822")))
    assert (mail["text"], names(mail)) == ("outer", ["Año.eml"])


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (raw_mail("--cut\r\n\r\none\r\n--cut\r\n\r\ntwo", Content_Type="multipart/mixed; boundary=cut"), "one\n\ntwo"),
        (raw_mail("no boundary at all", Content_Type="multipart/mixed; boundary=cut"), "no boundary at all"),
        (raw_mail("no parameter", Content_Type="multipart/mixed"), "no parameter"),
        (raw_mail("odd type", Content_Type="text"), "odd type"),
        (
            b"From: a@b.example\nSubject: x\nbody without an empty line before it\nmore",
            "body without an empty line before it\nmore",
        ),
        (b"From a@b.example Mon Jan  5 10:00:00 2026\nFrom: a@b.example\n\nmbox", "mbox"),
        (b"From: a@b.example\r\rold Macintosh", "old Macintosh"),
        (b"\r\n\r\nFrom: a@b.example\r\n\r\nlate", "late"),
    ],
)
def test_broken_structure_is_read_as_far_as_it_goes(raw: bytes, text: str) -> None:
    assert parse(raw)["text"] == text


def test_inner_part_left_open_does_not_swallow_its_neighbours() -> None:
    inner = 'Content-Type: multipart/alternative; boundary="in"\r\n\r\n--in\r\n\r\none'
    mail = parse(
        multipart("mixed", inner, part("x", "application/pdf", Content_Disposition="attachment; filename=a.pdf"))
    )
    assert (mail["text"], names(mail)) == ("one", ["a.pdf"])


# --- automatic mail ---


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied (vacation)"}, "Auto-Submitted: auto-replied"),
        ({"Precedence": "bulk"}, "Precedence: bulk"),
        ({"List_Id": "<l.example>"}, "List-Id"),
        ({"List_Unsubscribe": "<https://x.example/u>"}, "List-Unsubscribe"),
        ({"X_Loop": "x"}, "X-Loop"),
        ({"X_Auto_Response_Suppress": "DR, All"}, "X-Auto-Response-Suppress: All"),
        ({"Return_Path": "<>"}, "Return-Path: <>"),
        ({"Auto_Submitted": "no", "Precedence": "normal", "X_Auto_Response_Suppress": "OOF"}, ""),
    ],
)
def test_automatic_mail_is_recognised(headers: dict[str, str], reason: str) -> None:
    mail = parse(raw_mail(**headers))
    assert (mail["auto_reply"], mail["auto_reply_reason"]) == (bool(reason), reason)


# --- limits ---


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", NO_FIELDS),
        (bytes(range(256)), NO_FIELDS),
        (b"Return-Path: <a@b.example>\r\nReceived: by Hilo\r\nno mail\r\n\r\nbody", NO_FIELDS),  # as our door keeps it
        (raw_mail(Content_Type="text/plain; " + "a=b; " * 16_000), "A header block has 80"),
        (multipart("mixed", *["\r\nx"] * 1100), "The mail has more than 1000 parts."),
        (
            b"From: a@b.example\n"
            + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(60)),
            "The mail is nested more than 50 levels deep.",
        ),
        (raw_mail(b"x" * (51 << 20)), "The mail has 534"),
    ],
)
def test_mail_beyond_a_limit_is_refused_by_name(raw: bytes, reason: str) -> None:
    with pytest.raises(MailRefused) as caught:
        parse(raw)
    assert str(caught.value).startswith(reason)


def hostile(size: int) -> dict[str, bytes]:
    """Each costs more than linear time in a parser that is not written for it. `size` counts repetitions."""
    few = min(size, 6_000)  # headers end at 64 KiB
    return {
        "brackets": raw_mail(To="(" * few),
        "quotes": raw_mail(To='"' * few),
        "addresses": raw_mail(To="a@b," * (few // 2)),
        "parameters": raw_mail(Content_Type="text/plain; " + "a=b; " * few),
        "continuations": raw_mail(Content_Disposition="x; " + "".join(f"f*{n}=a; " for n in range(few // 2))),
        "words": raw_mail(Subject="=?u?q?a?= " * few),
        "open words": raw_mail(Subject="=?u?q?" * few),
        "ids": raw_mail(References="<" * few),
        "equals": raw_mail("=" * size, Content_Transfer_Encoding="quoted-printable"),
        "base64": raw_mail("A=" * size, Content_Transfer_Encoding="base64"),
        "attributions": raw_mail("On 1\n" * size),
        "broken attributions": raw_mail("On Mon, Jan 5, 2026 at 10:11 AM A <a@b.example>\n" * size),
        "attributions of names": raw_mail(("A " * 190 + "<a@b.example>:\n>\n") * (size // 60)),
        "attributions of months": raw_mail(("On " + "jan " * 90 + "a@b:\n>\n") * (size // 60)),
        "attributions of addresses": raw_mail(("On 1:10 " + "<a@" * 120 + ":\n>\n") * (size // 60)),
        "quoted": raw_mail("> " * size + "\n" + ">\n" * size),
        "from lines": raw_mail("From: x\n" * size),
        "date lines": raw_mail("Date: x\n" * size),
        "dashes": raw_mail("\n--\n" * size),
        "sign-offs": raw_mail("Regards\n" * size),
        "lines of telephones": raw_mail("Sent from my iPhone " * 5 * size + "\n" + "Sent from my iPhone\n" * size),
        "pieces": raw_mail("\n>\n" * size),
        "comments": raw_mail("<!--" * size, Content_Type="text/html"),
        "tags": raw_mail("<" * size, Content_Type="text/html"),
        "scripts": raw_mail("<script>" * size, Content_Type="text/html"),
        "divs": raw_mail("<div>" * size, Content_Type="text/html"),
        "formatting": raw_mail("<b><i>" * size, Content_Type="text/html"),
        "attributes": raw_mail("<p " + "a " * size + ">", Content_Type="text/html"),
        "signatures": raw_mail('<div class="gmail_signature">x</div>' * (size // 8), Content_Type="text/html"),
        "open signatures": raw_mail('<div class="gmail_signature">' * size, Content_Type="text/html"),
        "marked quotations": raw_mail('<div class="yahoo_quoted"></div>' * (size // 8), Content_Type="text/html"),
        "entities": raw_mail("&" * size, Content_Type="text/html"),
        "boundaries": raw_mail("\n--cut" * size, Content_Type="multipart/mixed; boundary=cut-"),
        "flowed": raw_mail("a \n" * size, Content_Type="text/plain; format=flowed"),
    }


@pytest.mark.parametrize("trick", list(hostile(1)))
def test_twice_the_input_is_not_four_times_the_work(trick: str) -> None:
    """Counted in executed lines of Python, not in seconds."""
    small, large = (lines_executed(hostile(size)[trick]) for size in (1_500, 3_000))
    assert large < 3 * small + 2_000


@pytest.mark.parametrize("trick", list(hostile(1)))
def test_libraries_do_not_need_four_times_the_work_either(trick: str) -> None:
    """What nh3 and regular expressions do is not counted in lines. Half a second is too short to measure."""
    small, large = (processor_seconds(hostile(size)[trick]) for size in (50_000, 100_000))
    assert large < 3.5 * small + 0.5


def lines_executed(raw: bytes) -> int:
    count = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with contextlib.suppress(MailRefused):
            parse(raw)
    finally:
        sys.settrace(before)
    return count


def processor_seconds(raw: bytes) -> float:
    started = time.process_time()
    with contextlib.suppress(MailRefused):
        parse(raw)
    return time.process_time() - started

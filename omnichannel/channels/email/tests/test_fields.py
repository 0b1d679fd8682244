"""What is said of a mail as a whole: date, sender, threads, envelope, language, notes."""

import struct

import pytest

from omnichannel.channels.email.parse import parse, parse_with_files
from omnichannel.channels.email.tests.mails import multipart, raw_mail


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("Mon, 5 Jan 2026 10:00:00 -0500", "2026-01-05T15:00:00+00:00"),
        ("Mon, 5 Jan 2026 10:00:00 GMT", "2026-01-05T10:00:00+00:00"),
        ("5 Jan 26 10:00 +0530", "2026-01-05T04:30:00+00:00"),
        ("Mon, 5 Jan 2026 10:00:00 -0000", "2026-01-05T10:00:00+00:00"),  # no zone is known: taken as UTC
        ("Mon, 5 Jan 2026 10:00:00", "2026-01-05T10:00:00+00:00"),
        ("Mon, 5 Jan 2026 10:00:00 +0100 (CET)", "2026-01-05T09:00:00+00:00"),
        ("Mon, 5 Jan 2026 25:00:00 +0000", ""),
        ("Mon, 5 Jan 2026 10:00:00 +9999", ""),
        ("Fri, 31 Dec 9999 23:59:59 -1200", ""),
        ("yesterday", ""),
        (" ".join(["5"] * 100), ""),
    ],
)
def test_date_is_in_utc_or_not_there(written: str, date: str) -> None:
    assert parse(raw_mail(Date=written))["date"] == date


@pytest.mark.parametrize(
    ("headers", "name", "address"),
    [
        ({"From": "", "Reply_To": "R <r@x.example>", "Sender": "s@x.example"}, "R", "r@x.example"),
        ({"From": "", "Sender": "S <s@x.example>", "Return_Path": "<p@x.example>"}, "S", "s@x.example"),
        ({"From": "Nobody", "Sender": "s@x.example"}, "", "s@x.example"),
        ({"From": "=?utf-8?q?A=C3=B1o?="}, "Año", ""),
        ({"From": ""}, "", ""),
    ],
)
def test_sender_is_whoever_is_named_first(headers: dict[str, str], name: str, address: str) -> None:
    mail = parse(raw_mail(**headers))
    assert (mail["from_name"], mail["from_email"]) == (name, address)


def test_first_id_is_the_one_that_is_answered_and_an_id_without_form_is_none() -> None:
    mail = parse(raw_mail(In_Reply_To="<a@x> <b@x>", Message_ID="one"))
    assert (mail["in_reply_to"], mail["message_id"], mail["notes"]) == ("<a@x>", "", [])


def test_of_many_references_the_newest_hundred_are_kept_each_once() -> None:
    ids = [f"<{number}@x>" for number in range(130)]

    mail = parse(b"References: " + ids[0].encode() + b"\r\n" + raw_mail(References=" ".join([*ids, ids[99]])))

    assert mail["references"] == ids[30:]


def test_every_reply_to_and_recipient_is_listed_with_its_name() -> None:
    mail = parse(b"To: c@x.example\r\n" + raw_mail(Reply_To="A <a@x.example>, b@x.example", Cc="D <d@x.example>"))

    assert mail["reply_to_addresses"] == [
        {"name": "A", "address": "a@x.example"},
        {"name": "", "address": "b@x.example"},
    ]
    assert [each["address"] for each in mail["to_addresses"]] == ["c@x.example", "support@hilo.example"]
    assert mail["cc_addresses"] == [{"name": "D", "address": "d@x.example"}]
    assert (mail["reply_to"], mail["to"]) == ("A <a@x.example>, b@x.example", "c@x.example")


def test_envelope_is_what_the_servers_on_the_way_noted_each_address_once() -> None:
    noted = b"X-Rcpt-To: e@x.example\r\nX-Envelope-To: d@x.example\r\nEnvelope-To: <c@x.example>, a@x.example\r\n"
    noted += b"X-Original-To: b@x.example\r\nDelivered-To: a@x.example\r\n"

    assert parse(noted + raw_mail())["delivered_to"] == [f"{letter}@x.example" for letter in "abcde"]
    many = b"".join(b"Delivered-To: a%d@x.example\r\n" % number for number in range(21))
    assert parse(many + raw_mail())["delivered_to"] == [f"a{number}@x.example" for number in range(20)]


def test_thread_index_is_one_line_of_500_letters_at_most() -> None:
    assert parse(raw_mail(Thread_Index="Ad\r\n\tMn" + "A" * 600))["thread_index"] == "Ad Mn" + "A" * 495


@pytest.mark.parametrize(
    ("headers", "language"),
    [({}, ""), ({"Content_Language": "es-MX,\r\n en"}, "es-MX, en"), ({"Content_Language": "e" * 200}, "e" * 100)],
)
def test_language_is_kept_as_the_mail_says_it(headers: dict[str, str], language: str) -> None:
    assert parse(raw_mail(**headers))["language"] == language


def test_html_that_is_shown_as_text_is_noted() -> None:
    mail = parse(raw_mail("<div>" * 300 + "a<br>b", Content_Type="text/html"))

    assert (mail["text"], mail["html"]) == ("a\nb", "<p>a<br>b</p>")
    assert mail["notes"] == ["The HTML is nested more than 256 levels deep. It is shown as text."]


def test_second_try_without_html_gives_its_text() -> None:
    raw = multipart(
        "alternative", "\r\nplain", 'Content-Type: text/html\r\n\r\n<p>rich<script>x</script><img src="cid:a">'
    )

    mail = parse(raw, html=False)

    assert (mail["text"], mail["html"], mail["content_type"]) == ("plain", "<p>rich</p>", "text/html")
    assert parse_with_files(raw, html=False).endswith(b"}")


def test_mail_that_names_itself_automatic_and_a_bounce_are_both_never_answered() -> None:
    automatic = parse(raw_mail(Auto_Submitted="auto-replied"))
    returned = parse(raw_mail("550 5.1.1 No", X_Failed_Recipients="a@b.example"))

    assert (automatic["auto_reply"], automatic["auto_reply_reason"]) == (True, "Auto-Submitted: auto-replied")
    assert (returned["auto_reply"], returned["auto_reply_reason"]) == (True, "")


def test_files_follow_the_description_byte_by_byte() -> None:
    files = ["Content-Type: a/b\r\n\r\none", "Content-Type: a/b\r\n\r\n", "Content-Type: a/b\r\n\r\n\x00three"]

    data = parse_with_files(multipart("mixed", "\r\ntext", *files))

    (length,) = struct.unpack("!I", data[:4])
    assert data[4:5] + data[3 + length : 4 + length] == b"{}"
    assert data[4 + length :] == b"one\x00three"

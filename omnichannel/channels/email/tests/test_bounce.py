"""Mail that came back: reports as a whole, and the texts of servers that send none."""

import pytest

from omnichannel.channels.email.mime.bounce import Bounce
from omnichannel.channels.email.parse import parse
from omnichannel.channels.email.tests.mails import DAEMON, multipart, raw_mail, report


def bounce(raw: bytes) -> Bounce:
    return parse(raw)["bounce"]


FAILED = (
    "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    "Diagnostic-Code: smtp; 550 5.1.1 No such\r\n user"
)
DELAYED = "Final-Recipient: rfc822; c@b.example\r\nAction: delayed\r\nStatus: 4.4.1"
DELIVERED = "Final-Recipient: rfc822; d@b.example\r\nAction: delivered\r\nStatus: 2.0.0"


def test_report_names_each_recipient() -> None:
    found = bounce(report(FAILED, DELAYED, DELIVERED))
    assert found == {
        "is_bounce": True,
        "recipients": [
            {"address": "a@b.example", "status": "5.1.1", "reason": "550 5.1.1 No such user"}
            | {"permanent": True, "delayed": False},
            {"address": "c@b.example", "status": "4.4.1", "reason": "delayed", "permanent": False, "delayed": True},
        ],
        "original_message_id": "<m@hilo.example>",
    }


def test_delay_alone_is_no_bounce() -> None:
    found = bounce(report(DELAYED))
    assert (found["is_bounce"], len(found["recipients"])) == (False, 1)


def test_receipt_is_no_bounce() -> None:
    assert bounce(report(DELIVERED)) == {"is_bounce": False, "recipients": [], "original_message_id": ""}


def test_report_without_angle_brackets_of_type_is_read_by_original_recipient() -> None:
    block = "Original-Recipient: rfc822;alias@b.example\r\nFinal-Recipient: x400; unknown\r\nAction: failed"
    assert bounce(report(block))["recipients"][0]["address"] == "alias@b.example"


def test_recipient_that_is_no_mail_address_has_failed_all_the_same() -> None:
    found = bounce(report("Final-Recipient: x400; /C=DE/S=Ruiz\r\nAction: failed\r\nStatus: 5.0.0"))
    assert (found["is_bounce"], [each["address"] for each in found["recipients"]]) == (True, ["/C=DE/S=Ruiz"])


@pytest.mark.parametrize(
    "block",
    [
        "Final-Recipient: x400; /C=DE\r\nAction: delivered",
        "Final-Recipient: x400; /C=DE",
        "Final-Recipient: x400;\r\nAction: failed",
        "Action: failed\r\nStatus: 5.0.0",
    ],
)
def test_report_that_names_nobody_or_no_failure_is_no_bounce(block: str) -> None:
    assert bounce(report(block))["recipients"] == []


def passed_on(attached: bytes, **headers: str) -> bytes:
    wrapped = f"Content-Type: message/rfc822\r\n\r\n{attached.decode()}"
    return multipart("mixed", "Content-Type: text/plain\r\n\r\nHere it is.", wrapped, **headers)


def test_report_that_a_gateway_attached_is_read() -> None:
    inner = report(FAILED).replace(b"cut", b"inner")
    for machine in ({"From": "postmaster@gateway.example"}, {"Return_Path": "<>"}):
        found = bounce(passed_on(inner, **machine))
        assert [each["address"] for each in found["recipients"]] == ["a@b.example"]
        assert (found["is_bounce"], found["original_message_id"]) == (True, "<m@hilo.example>")


def test_report_that_a_person_attached_is_a_persons_mail() -> None:
    assert bounce(passed_on(report(FAILED).replace(b"cut", b"inner")))["recipients"] == []


@pytest.mark.parametrize(
    "attached", [b"", b"Hello", b"From: ana@casa.example\r\n\r\n550 a@b.example", raw_mail("x" * 9)]
)
def test_other_mail_that_a_gateway_attached_is_no_report(attached: bytes) -> None:
    assert bounce(passed_on(attached, From="postmaster@gateway.example"))["recipients"] == []


def test_exim_names_where_an_undisclosed_address_came_from() -> None:
    text = EXIM.replace("  a@b.example\n", "  an undisclosed address\n    (generated from a@b.example)\n")
    found = bounce(raw_mail(text.replace("\n", "\r\n"), Subject="Mail delivery failed: returning message", **DAEMON))
    assert [each["address"] for each in found["recipients"]] == ["a@b.example"]


QMAIL = """Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<a@b.example>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.7.1 Refused

--- Below this line is a copy of the message.

Return-Path: <support@hilo.example>
Message-ID: <m@hilo.example>
To: other@b.example
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  a@b.example
    host mx.b.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<a@b.example>:
    550 Refused

------ This is a copy of the message, including all the headers. ------

Message-Id: <m@hilo.example>
To: other@b.example
"""
POSTFIX = """I'm sorry to have to inform you that your message could not be delivered.

<a@b.example>: host mx.b.example[192.0.2.1] said: 550 Refused
    (in reply to RCPT TO command)

Message-ID: <m@hilo.example>
"""


@pytest.mark.parametrize("text", [QMAIL, EXIM, POSTFIX], ids=["qmail", "exim", "postfix"])
@pytest.mark.parametrize(
    "subject", ["failure notice", "Mail delivery failed: returning message to sender", "Undelivered Mail"]
)
def test_bounce_without_a_report_is_read_from_its_text(text: str, subject: str) -> None:
    found = bounce(raw_mail(text.replace("\n", "\r\n"), Subject=subject, **DAEMON))
    assert [each["address"] for each in found["recipients"]] == ["a@b.example"]
    assert found["recipients"][0]["status"][0] == "5"
    assert "Refused" in found["recipients"][0]["reason"] or found["recipients"][0]["status"] == "5.0.0"
    assert (found["is_bounce"], found["original_message_id"]) == (True, "<m@hilo.example>")


def test_failed_recipients_header_is_enough() -> None:
    found = bounce(raw_mail("550 5.2.2 Full", X_Failed_Recipients="a@b.example, c@b.example", Subject="x"))
    assert [(each["address"], each["status"]) for each in found["recipients"]] == [
        ("a@b.example", "5.2.2"),
        ("c@b.example", "5.2.2"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        raw_mail("Could you write to\r\na@b.example\r\nplease?", Subject="Delivery failure of my parcel"),
        raw_mail("a@b.example\r\n550 Refused", Subject="Lunch", **DAEMON),
        raw_mail("I got: 550 5.1.1 User unknown", Subject="Undeliverable"),
    ],
)
def test_people_talking_about_mail_are_no_bounces(raw: bytes) -> None:
    assert bounce(raw)["is_bounce"] is False


def test_bounce_is_never_answered_automatically() -> None:
    assert parse(report(FAILED))["auto_reply"] is True


# --- texts without a report ---

SENDMAIL = """The original message was received at Mon, 5 Jan 2026 10:00:00 GMT from localhost [127.0.0.1]

   ----- The following addresses had permanent fatal errors -----
<a@b.example>
    (reason: 550 5.1.1 User unknown)

   ----- Transcript of session follows -----
>>> RCPT To:
<other@b.example>
<<< 553 5.3.0 no
"""
EXCHANGE = """Delivery has failed to these recipients or groups:

a@b.example<mailto:a@b.example>
The email address you entered couldn't be found. Please check it.

Diagnostic information for administrators:
a@b.example
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

Original message headers:

Message-ID: <m@hilo.example>
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SENDMAIL, "(reason: 550 5.1.1 User unknown)"),
        (EXCHANGE, "#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##"),
        ("<a@b.example>: 550 5.1.1 No", "550 5.1.1 No"),
        ("a@b.example\nhost 192.0.2.1\nsaid: 5.1.1 No", "said: 5.1.1 No"),
    ],
)
def test_reason_in_a_text_stands_behind_the_address(text: str, reason: str) -> None:
    found = bounce(raw_mail(text.replace("\n", "\r\n"), Subject="Undeliverable: Hello", **DAEMON))["recipients"]
    told = {"address": "a@b.example", "status": "5.1.1", "reason": reason}
    assert found == [told | {"permanent": True, "delayed": False}]


def test_each_address_of_a_text_has_its_own_reason() -> None:
    text = "<a@b.example>:\r\n552 5.2.2 Full\r\n\r\n<c@d.example>:\r\n450 4.2.1 Later\r\n\r\n"
    text += "<e@f.example>:\r\nWho knows\r\n"

    found = bounce(raw_mail(text, Subject="failure notice", **DAEMON))["recipients"]

    assert [(each["address"], each["status"], each["permanent"]) for each in found] == [
        ("a@b.example", "5.2.2", True),
        ("c@d.example", "4.2.1", False),
        ("e@f.example", "5.0.0", True),
    ]
    assert found[2]["reason"] == "Who knows"


@pytest.mark.parametrize(
    ("headers", "is_bounce"),
    [
        ({"From": "postmaster@b.example", "Subject": "Undeliverable: Hello"}, True),
        ({"From": "Bounces <bounce-7@b.example>", "Subject": "failure notice"}, True),
        ({"From": "mail-daemon@b.example", "Subject": "No se pudo entregar: Hola"}, True),
        ({"From": "x@b.example", "Subject": "Unzustellbar", "Return_Path": "<>"}, True),
        ({"From": "x@b.example", "Subject": "Unzustellbar", "Return_Path": "<x@b.example>"}, False),
        ({"From": "x@b.example", "Subject": "Unzustellbar"}, False),
        ({"From": "postmaster@b.example", "Subject": "Our new rules"}, False),
        ({"From": "x@b.example", "Content_Type": "text/plain; report-type=Delivery-Status"}, True),
        ({"From": "x@b.example", "Content_Type": "text/plain; report-type=disposition-notification"}, False),
    ],
)
def test_text_counts_only_from_a_machine_that_speaks_of_delivery(headers: dict[str, str], is_bounce: bool) -> None:
    assert bounce(raw_mail("a@b.example\r\n550 5.1.1 No", **headers))["is_bounce"] is is_bounce


@pytest.mark.parametrize(
    ("words", "is_bounce"),
    [
        ("The server will keep trying until the message is five days old.", False),
        ("Delivery attempts will continue for some time.", False),
        ("This is a permanent error.", True),
        ("", True),
    ],
)
@pytest.mark.parametrize("failed", [{}, {"X_Failed_Recipients": "a@b.example"}])
def test_words_say_whether_a_temporary_refusal_was_the_last(
    words: str, is_bounce: bool, failed: dict[str, str]
) -> None:
    text = f"{words}\r\n\r\n<a@b.example>: 450 4.2.1 Greylisted"
    found = bounce(raw_mail(text, Subject="Mail delivery", **DAEMON, **failed))

    assert (found["is_bounce"], [each["status"] for each in found["recipients"]]) == (is_bounce, ["4.2.1"])
    assert [each["delayed"] for each in found["recipients"]] == [not is_bounce]
    assert [each["permanent"] for each in found["recipients"]] == [False]

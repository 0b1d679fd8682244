"""The fields of a delivery report (RFC 3464): who was not reached, why, and whether for good."""

import pytest

from omnichannel.channels.email.mime.bounce import Bounce
from omnichannel.channels.email.parse import parse
from omnichannel.channels.email.tests.mails import multipart, report

TO = "Final-Recipient: rfc822; a@b.example"


def bounce(raw: bytes) -> Bounce:
    return parse(raw)["bounce"]


@pytest.mark.parametrize(
    ("fields", "status", "reason", "permanent"),
    [
        (
            "Action: failed\r\nStatus: 5.1.10 (no such)\r\nDiagnostic-Code: smtp; 554 5.7.1 Spam",
            "5.1.10",
            "554 5.7.1 Spam",
            True,
        ),
        ("Action: Failed\r\nDiagnostic-Code: smtp; 550 No", "5.0.0", "550 No", True),
        (
            "Action: failed\r\nDiagnostic-Code: smtp; 550-5.2.2 Full\r\n 550 5.2.2 really",
            "5.2.2",
            "550-5.2.2 Full 550 5.2.2 really",
            True,
        ),
        ("Action: failed\r\nDiagnostic-Code: 452 Later", "4.0.0", "452 Later", False),
        ("Action: failed\r\nDiagnostic-Code: smtp; 192.0.2.5.1.1 said no", "5.0.0", "192.0.2.5.1.1 said no", True),
        ("Action: failed", "5.0.0", "failed", True),
        ("Status: 5.1.1", "5.1.1", "", True),
        ("Action: failed\r\nStatus: 4.4.7", "4.4.7", "failed", False),
        ("Action: delayed\r\nStatus: 5.0.0", "5.0.0", "delayed", False),
    ],
)
def test_report_says_why_and_whether_for_good(fields: str, status: str, reason: str, permanent: bool) -> None:
    found = bounce(report(f"{TO}\r\n{fields}"))["recipients"]
    told = {"address": "a@b.example", "status": status, "reason": reason}
    assert found == [told | {"permanent": permanent, "delayed": "delayed" in fields}]


@pytest.mark.parametrize(
    ("fields", "is_bounce"),
    [
        ("Action: failed\r\nStatus: 4.4.7", True),  # the server tried for days and gave up
        ("Action: delayed\r\nStatus: 4.4.7", False),
        ("Action: delayed", False),
        ("Status: 4.4.7", True),
    ],
)
def test_only_a_server_that_goes_on_trying_sends_no_bounce(fields: str, is_bounce: bool) -> None:
    found = bounce(report(f"{TO}\r\n{fields}"))
    assert (found["is_bounce"], len(found["recipients"])) == (is_bounce, 1)


@pytest.mark.parametrize("action", ["delivered", "relayed", "Expanded"])
def test_what_arrived_has_not_failed(action: str) -> None:
    assert bounce(report(f"{TO}\r\nAction: {action}\r\nStatus: 2.0.0"))["recipients"] == []


def test_reason_is_one_line_of_500_letters_at_most() -> None:
    (found,) = bounce(report(f"{TO}\r\nAction: failed\r\nDiagnostic-Code: smtp; {'x' * 300}\r\n {'y' * 300}"))[
        "recipients"
    ]
    assert found["reason"] == "x" * 300 + " " + "y" * 199


def test_final_recipient_is_named_rather_than_the_alias_that_was_written_to() -> None:
    found = bounce(report(f"Original-Recipient: rfc822; alias@b.example\r\n{TO}\r\nAction: failed"))
    assert [each["address"] for each in found["recipients"]] == ["a@b.example"]


@pytest.mark.parametrize(
    ("returned", "message_id"),
    [
        ("Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <m@x>\r\n", "<m@x>"),
        ("Content-Type: message/rfc822-headers\r\n\r\nMessage-ID: <m@x>\r\n", "<m@x>"),
        ("Content-Type: message/global\r\n\r\n\r\nMessage-ID: <m@x>\r\n", "<m@x>"),
        ("Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nno id", ""),
        ("Content-Type: text/plain\r\n\r\n> Message-Id: <m@x>\r\n", "<m@x>"),
        ("Content-Type: text/plain\r\n\r\nThe Message-ID: <m@x> is mine\r\n", ""),
        ("Content-Type: image/png\r\n\r\nMessage-ID: <m@x>\r\n", ""),
    ],
)
def test_returned_mail_is_known_by_its_id_wherever_it_stands(returned: str, message_id: str) -> None:
    status = (
        f"Content-Type: message/global-delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n{TO}\r\nAction: failed\r\n"
    )
    assert bounce(multipart("report", status, returned))["original_message_id"] == message_id


def test_fields_of_a_report_count_only_in_a_report() -> None:
    fields = f"Reporting-MTA: dns; x\r\n\r\n{TO}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    nothing = {"is_bounce": False, "recipients": [], "original_message_id": ""}
    for kind in ("text/plain", "message/rfc822", "text/rfc822-headers"):
        assert (
            bounce(multipart("mixed", "\r\nWhat does this mean?", f"Content-Type: {kind}\r\n\r\n{fields}")) == nothing
        )

"""What the house is told of a parsed mail: one identity for each mail, bare ids, files in their order."""

import datetime as dt
from typing import Any, cast

import pytest

from crm.models import Claim
from omnichannel.channels.base import AttachedFile, BouncedRecipient, InboundMessage
from omnichannel.channels.email.empty import EMPTY
from omnichannel.channels.email.inbound import bare, external_id, to_inbound
from omnichannel.channels.email.parsed import ParsedMail
from omnichannel.channels.email.read import MailWithFiles
from omnichannel.channels.email.tokens import Token

FILE = {
    "filename": "a.pdf",
    "content_type": "application/pdf",
    "size": 1,
    "md5": "1",
    "content_id": "",
    "inline": False,
}
PICTURE = {"filename": "b.png", "content_type": "image/png", "size": 1, "md5": "2", "content_id": "b@x", "inline": True}


def mail(**fields: Any) -> ParsedMail:
    return cast(ParsedMail, {**EMPTY, "message_id": "<a@x>", "from_email": "ana@casa.example", **fields})


def told(meta: dict[str, Any] | None = None, contents: list[bytes] | None = None, **fields: Any) -> InboundMessage:
    return to_inbound(MailWithFiles(mail(**fields), contents or []), meta or {}, {}, ours=["support@hilo.example"])


# --- one mail, one identity ---


@pytest.mark.parametrize(
    "fields",
    [
        {"date": "2026-01-05T10:00:00+00:00"},
        {"to": "support@hilo.example", "cc": "x@y.example"},
        {"delivered_to": ["support@hilo.example"], "authentication": [{"server": "mx"}]},
        {"html": "<p>other</p>", "notes": ["mended"], "references": ["<r@x>"]},
        {"attachments": [FILE | {"filename": "renamed by a gateway.pdf"}]},
    ],
)
def test_what_differs_between_two_ways_of_one_mail_does_not_count(fields: dict[str, Any]) -> None:
    attachments = {"attachments": [FILE]} if "attachments" in fields else {}
    assert external_id(mail(**fields)) == external_id(mail(**attachments))


@pytest.mark.parametrize(
    "fields",
    [
        {"message_id": "<b@x>"},
        {"from_email": "eva@casa.example"},
        {"subject": "another"},
        {"text": "another"},
        {"attachments": [FILE]},
        {"attachments": [FILE, PICTURE]},
        {"attachments": [PICTURE, FILE]},
    ],
)
def test_mails_that_say_something_else_are_different_ones(fields: dict[str, Any]) -> None:
    others = [mail(), mail(attachments=[PICTURE]), mail(subject="x", text="y")]
    assert external_id(mail(**fields)) not in map(external_id, others)


def test_mails_without_an_id_are_told_apart_by_their_date() -> None:
    first, second = (mail(message_id="", date=f"2026-01-0{day}T10:00:00+00:00") for day in (5, 6))
    assert external_id(first) != external_id(second)
    assert external_id(first) == external_id(mail(message_id="", date=first["date"]))


# --- field by field ---


def test_sender_is_the_claim_and_without_one_there_is_none() -> None:
    ana = told(from_name="Ana Ruiz")
    assert (ana.claims, ana.sender, ana.sender_name) == (
        [Claim("email", "ana@casa.example")],
        "ana@casa.example",
        "Ana Ruiz",
    )
    assert (told(from_email="").claims, told(from_email="").sender) == ([], "")


def test_ids_are_bare_and_the_date_is_a_moment() -> None:
    message = told(in_reply_to="<b@x>", references=["<c@x>", "d@x"], date="2026-01-05T10:00:00+00:00")
    assert (message.message_id, message.in_reply_to, message.references) == ("a@x", "b@x", ["c@x", "d@x"])
    assert message.sent_at == dt.datetime(2026, 1, 5, 10, tzinfo=dt.UTC)
    assert told().sent_at is None
    assert [bare(each) for each in (" <a@x> ", "a@x", "<>", "")] == ["a@x", "a@x", "", ""]


def test_recipients_are_addresses_and_our_own_signed_one_is_not_answered() -> None:
    ours = f"reply+{Token('c', 7, 3)}@hilo.example"
    lists: dict[str, Any] = {
        "to_addresses": [{"name": "S", "address": "support@hilo.example"}],
        "cc_addresses": [{"name": "", "address": "c@x.example"}],
        "reply_to_addresses": [{"name": "", "address": ours}, {"name": "R", "address": "reply+me@x.example"}],
    }
    message = told(**lists)
    assert (message.to, message.cc, message.reply_to) == (
        ["support@hilo.example"],
        ["c@x.example"],
        ["reply+me@x.example"],
    )


def test_files_come_with_their_bytes_in_the_order_of_the_mail() -> None:
    assert told(attachments=[FILE, PICTURE], contents=[b"1", b"2"]).attachments == [
        AttachedFile("a.pdf", "application/pdf", b"1", content_id="", inline=False),
        AttachedFile("b.png", "image/png", b"2", content_id="b@x", inline=True),
    ]


def test_envelope_of_the_door_comes_before_what_servers_noted() -> None:
    message = told(meta={"rcpt": ["one@hilo.example"]}, delivered_to=["two@hilo.example"], thread_index="AdM")
    assert message.headers == {
        "envelope-to": "one@hilo.example two@hilo.example",
        "thread-index": "AdM",
        "marker": "",
    }


def test_marker_is_looked_for_in_the_text_and_then_in_the_page() -> None:
    first, second = Token("c", 1, 3), Token("c", 2, 3)
    assert told(text=f"hilo:{first}", html=f"hilo:{second}").headers["marker"] == str(first)
    assert told(text="hilo:c1.3.0", html=f"hilo:{second}").headers["marker"] == str(second)


# --- what came back ---

RETURNED = {"address": "a@b.example", "status": "5.1.1", "reason": "No", "permanent": True}


def bounced(original: str, *envelope: str) -> InboundMessage:
    report = {"is_bounce": True, "recipients": [RETURNED], "original_message_id": original}
    return told(meta={"rcpt": list(envelope)}, bounce=report)


def test_report_is_believed_by_the_signature_of_the_returned_id() -> None:
    ours = f"{Token('m', 7, 3)}@hilo.example"
    assert bounced(f"<{ours}>").bounces == [BouncedRecipient("a@b.example", "5.1.1", "No", permanent=True)]
    assert bounced(f"<{ours}>").bounced_message_id == ours
    assert bounced("<guessed@hilo.example>").bounced_message_id == ""


def test_address_that_is_no_bounce_address_of_a_message_says_nothing() -> None:
    conversation, message = Token("c", 7, 3), Token("m", 7, 3)
    addresses = [f"bounce+{conversation}@hilo.example", f"reply+{message}@hilo.example", "bounce+x@hilo.example"]
    assert bounced("<x@y.example>", *addresses).bounced_message_id == ""


@pytest.mark.django_db
def test_bounce_address_of_a_message_that_is_gone_says_nothing() -> None:
    assert bounced("<x@y.example>", f"bounce+{Token('m', 7, 3)}@hilo.example").bounced_message_id == ""


# --- our own name ---


OURS = "Support@hilo.example"
VISITOR = {"name": "Eva", "address": "eva@casa.example"}


def test_mail_in_our_own_name_is_never_answered_by_a_program() -> None:
    found = told(from_email=OURS, from_name="Support", reply_to_addresses=[{"name": "", "address": OURS}])
    assert (found.sender, found.automatic) == (OURS, True)


def test_contact_form_writes_for_whom_it_names() -> None:
    found = told(from_email=OURS, from_name="Site", reply_to_addresses=[VISITOR, {"name": "", "address": OURS}])
    assert (found.sender, found.sender_name, found.automatic) == ("eva@casa.example", "Eva", False)
    assert found.claims == [Claim("email", "eva@casa.example")]


def test_reply_to_of_others_says_nothing_of_who_wrote() -> None:
    assert told(reply_to_addresses=[VISITOR]).sender == "ana@casa.example"
    two = [VISITOR, {"name": "", "address": "x@y.example"}]
    assert told(from_email=OURS, reply_to_addresses=two).sender == OURS


def test_our_own_mail_that_came_back_is_no_persons() -> None:
    assert told(message_id=f"<{Token('m', 7, 1)}@hilo.example>").automatic is True
    assert told(message_id="<m7@hilo.example>").automatic is False


def test_list_mail_is_a_persons() -> None:
    assert (told(by_list=True).by_list, told(by_list=True).automatic) == (True, False)


def test_report_that_returns_nothing_answers_the_mail_at_least() -> None:
    ours = f"{Token('m', 7, 1)}@hilo.example"
    failed = {"address": "ana@casa.example", "status": "5.1.1", "reason": "", "permanent": True, "delayed": False}
    bounce = {"is_bounce": True, "recipients": [failed], "original_message_id": ""}

    assert told(bounce=bounce, in_reply_to=f"<{ours}>").bounced_message_id == ours
    assert told(bounce=bounce, references=["<x@y>", f"<{ours}>"]).bounced_message_id == ours
    assert told(in_reply_to=f"<{ours}>").bounced_message_id == ""


def test_mail_that_nothing_tells_apart_is_told_apart_by_when_it_came() -> None:
    noon = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    bare_mail = mail(message_id="", date="")

    assert external_id(bare_mail, noon) == external_id(bare_mail, noon)
    assert external_id(bare_mail, noon) != external_id(bare_mail, noon + dt.timedelta(seconds=1))
    dated = mail(message_id="", date="2026-03-02T12:00:00+00:00")
    assert external_id(dated, noon) == external_id(dated, None)


# --- the language of somebody new ---


@pytest.mark.parametrize(
    ("fields", "language"),
    [
        ({"subject": "Pedido 4711", "reply_text": "¿Cuándo llega?"}, "es"),
        ({"subject": "Your order has left", "reply_text": "Muchas gracias, ya llegó todo.", "text": "> It left"}, "es"),
        ({"subject": "Pedido 4711", "reply_text": "¿Cuándo llega?", "language": "en-GB"}, "en"),
        ({"subject": "4711", "text": "Where is the order that I quoted below?"}, ""),
    ],
)
def test_language_is_what_the_mail_says_else_what_its_writer_wrote(fields: dict[str, Any], language: str) -> None:
    assert told(**fields).language == language

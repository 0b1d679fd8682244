"""Mail that no person wrote, header by header: whoever answers it automatically starts a loop."""

import pytest

from omnichannel.channels.email.mime.auto import auto_reply_reason, came_by_list
from omnichannel.channels.email.mime.headers import parse_block


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Auto-Submitted: auto-generated", "Auto-Submitted: auto-generated"),
        ("Auto-Submitted: AUTO-REPLIED; owner-email=a@b.example", "Auto-Submitted: auto-replied"),
        ("Auto-Submitted: auto-notified (by a program)", "Auto-Submitted: auto-notified"),
        ("auto-submitted: yes", "Auto-Submitted: yes"),
        (f"Auto-Submitted: {'x' * 80}", f"Auto-Submitted: {'x' * 60}"),
        ("Precedence: Bulk", "Precedence: bulk"),
        ("Precedence: list (weekly)", "Precedence: list"),
        ("Precedence: junk", "Precedence: junk"),
        ("Precedence: auto_reply", "Precedence: auto_reply"),
        ("Precedence: auto-reply", "Precedence: auto-reply"),
        ("List-Unsubscribe: <mailto:x@y.example>", "List-Unsubscribe"),
        ("List-Id: Friends <friends.y.example>", "List-Id"),
        ("X-Loop: support@y.example", "X-Loop"),
        ("X-Autoreply: yes", "X-Autoreply"),
        ("X-Autorespond:", "X-Autorespond"),
        ("X-Auto-Reply: 1", "X-Auto-Reply"),
        ("X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress: All"),
        ("X-Auto-Response-Suppress: OOF, all , DR", "X-Auto-Response-Suppress: All"),
        ("Return-Path: <>", "Return-Path: <>"),
        (  # somebody's mail program says that it was read (RFC 8098)
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
            "Content-Type: report-type=disposition-notification",
        ),
        ("List-Post: <mailto:team@y.example>\r\nPrecedence: bulk", "Precedence: bulk"),
        ("List-Post: NO\r\nPrecedence: list", "Precedence: list"),
        ("Return-Path:", "Return-Path: <>"),
        ("From: Mail Delivery System <MAILER-DAEMON@y.example>", "From: mailer-daemon"),
        ("From: postmaster@y.example", "From: postmaster"),
        ("From: postmaster@y.example\r\nReply-To: ana@y.example", "From: postmaster"),
        ("From: owner-friends@y.example", "From: owner-friends"),
        ("From: friends-request@y.example", "From: friends-request"),
        ("From: friends-bounces@y.example", "From: friends-bounces"),
        ("From: Shop <no-reply@y.example>", "From: no-reply"),
        ("From: noreply@y.example", "From: noreply"),
        ("From: NoReply+17@y.example", "From: noreply+17"),
        ("From: comments-noreply@y.example", "From: comments-noreply"),
        ("From: do_not_reply@y.example\r\nReply-To: noreply@y.example", "From: do_not_reply"),
        ("From: donotreply@y.example", "From: donotreply"),
        ("From: no-responder@y.example", "From: no-responder"),
        ("Subject: Automatic reply: Your order", "Subject: Automatic reply:"),
        ("Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A?= Commande", "Subject: Réponse automatique :"),
        ("Subject: Respuesta =?utf-8?q?autom=C3=A1tica=3A?= Pedido", "Subject: Respuesta automática:"),
        ("Subject: Risposta automatica: Ordine", "Subject: Risposta automatica:"),
        ("Subject: Resposta =?utf-8?q?autom=C3=A1tica=3A?= Pedido", "Subject: Resposta automática:"),
        ("Subject: Automatisch antwoord: Order", "Subject: Automatisch antwoord:"),
        ("Subject: Automatische Antwort: Bestellung", "Subject: Automatische Antwort:"),
        ("Subject: Autosvar: Order", "Subject: Autosvar:"),
        ("Subject: Auto-Reply: Order", "Subject: Auto-Reply:"),
        ("Subject: ABWESENHEITSNOTIZ: Bestellung", "Subject: ABWESENHEITSNOTIZ:"),
        ("Subject: Out of office", "Subject: Out of office"),
        ("Subject: Out of Office AutoReply: Order", "Subject: Out of Office AutoReply:"),
        ("Subject: Out of the office re: Order", "Subject: Out of the office re:"),
        ("Subject: Fuera de la oficina: Pedido", "Subject: Fuera de la oficina:"),
        ("Subject: Auto: Re: Order", "Subject: Auto: Re:"),
        ("Subject: Auto: Order\r\nIn-Reply-To: <m@hilo.example>", "Subject: Auto:"),
    ],
)
def test_header_that_says_so_is_named(line: str, reason: str) -> None:
    assert auto_reply_reason(parse_block(line.encode())) == reason


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: no",
        "List-Post: <mailto:team@y.example>\r\nPrecedence: list\r\nList-Id: x\r\nList-Unsubscribe: <x>",
        "Auto-Submitted: No (a person)",
        "Auto-Submitted:",
        "Precedence: normal",
        "Precedence: first-class",
        "Precedence: special-delivery",
        "X-Auto-Response-Suppress: OOF, AutoReply",  # a person may ask for no holiday notice
        "X-Auto-Response-Suppress: None",
        "Return-Path: <ana@casa.example>",
        "X-List-Id: x",
        "Subject: Re: Automatic reply: Your order",
        "Subject: Automatic reply",
        "Subject: Automatic replies: how do I switch them off?",
        "Subject: Out of office chairs?",
        "Subject: I am out of office: please call",
        "Subject: Question about automatic reply: how?",
        "Subject: Auto: Seat Ibiza",
        "Subject: Automático: no funciona",
        "From: Ana <ana@casa.example>",
        "From: replying@casa.example",
        "From: noreplytome@casa.example",
        "From: nora.reply@casa.example",
        "From: owner@casa.example",
        "From: request@casa.example",
        "From: requests@casa.example",
        "From: postmasters@casa.example",
        "From: ",
        "From: A form <noreply@y.example>\r\nReply-To: ana@casa.example",
        "From: ana@casa.example\r\nReply-To: noreply@casa.example",
    ],
)
def test_person_is_not_taken_for_a_program(line: str) -> None:
    assert auto_reply_reason(parse_block(line.encode())) == ""


def test_strongest_word_comes_first() -> None:
    lines = b"Return-Path: <>\nX-Loop: x\nList-Id: y\nPrecedence: bulk\nAuto-Submitted: auto-replied"
    assert auto_reply_reason(parse_block(lines)) == "Auto-Submitted: auto-replied"
    assert auto_reply_reason(parse_block(lines.rpartition(b"\n")[0])) == "Precedence: bulk"


@pytest.mark.parametrize(
    ("line", "by_list"),
    [("List-Post: <MAILTO:team@y.example>", True), ("List-Post: NO", False), ("List-Id: team.y.example", False)],
)
def test_list_that_people_write_to_is_told_from_a_newsletter(line: str, by_list: bool) -> None:
    assert came_by_list(parse_block(line.encode())) is by_list

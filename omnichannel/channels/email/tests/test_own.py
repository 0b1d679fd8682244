"""What marks of mail programs in HTML tell of quotation and signature."""

import pytest

from omnichannel.channels.email.mime.own import own_text
from omnichannel.channels.email.parse import parse
from omnichannel.channels.email.tests.mails import multipart, raw_mail

SIGNED = '<div class="gmail_signature">Ana Ruiz<br>Casa Ruiz</div>'
YAHOO = '<div id="yahoo_quoted_1" class="ydp yahoo_quoted"><div>El lunes:</div><div><div>old</div></div></div>'
OUTLOOK = '<hr><div id="divRplyFwdMsg" dir="ltr"><b>De:</b> Bea</div><div>old</div>'


@pytest.mark.parametrize(
    ("page", "reply"),
    [
        (f"<div>Yes.</div>{SIGNED}", "Yes."),
        (f"<div>Yes.<div><br></div>{SIGNED}</div>", "Yes."),
        (f"<div>Yes.</div>{SIGNED}<div>And no.</div>", "Yes.\nAnd no."),
        (f"<div>Yes.</div>{YAHOO}", "Yes."),
        (f"<div>Yes.</div>{SIGNED}{YAHOO}", "Yes."),
        (f"<div>Yes.</div>{YAHOO}<div>And no.</div>", "Yes.\nAnd no."),
        (f"<div>Yes.</div>{OUTLOOK}", "Yes."),
        (f"<p>Yes.</p>{SIGNED}{OUTLOOK}{YAHOO}", "Yes."),
        (f"<blockquote>{OUTLOOK}</blockquote><p>Yes.</p>", "Yes."),
        (f"<div>Yes.</div><blockquote>{OUTLOOK}</blockquote><div>And no.</div>{OUTLOOK}", "Yes.\nAnd no."),
        (YAHOO, "El lunes:\nold"),
        (f"{SIGNED}", "Ana Ruiz\nCasa Ruiz"),
        (f'<p>Yes.</p><div class="gmail_signature">{"<div>x</div>" * 11}</div>', "Yes.\n\n" + "x\n" * 10 + "x"),
        (f'<p>Yes.</p><div class="gmail_signature">{"x" * 91}</div>', "Yes.\n\n" + "x" * 91),
        ('<p>Yes.</p><div class="my_gmail_signature">No.</div>', "Yes.\n\nNo."),
        ('<p>Yes: gmail_signature</p><div title="gmail_signature">No.</div>', "Yes: gmail_signature\n\nNo."),
        (f"<p>Yes.</p><script>{YAHOO}</script>No.", "Yes.\n\nNo."),
        ("<div>" * 257 + f"Yes.{SIGNED}", "Yes.\nAna Ruiz\nCasa Ruiz"),
    ],
)
def test_marked_quotation_and_signature_go(page: str, reply: str) -> None:
    mail = parse(raw_mail(page, Content_Type="text/html"))
    assert mail["reply_text"] == reply


def test_text_itself_stays_whole() -> None:
    mail = parse(raw_mail(f"<div>Yes.</div>{SIGNED}", Content_Type="text/html"))
    assert (mail["text"], mail["reply_text"]) == ("Yes.\nAna Ruiz\nCasa Ruiz", "Yes.")


def test_plain_part_is_what_counts() -> None:
    parts = ("Content-Type: text/plain\r\n\r\nplain", f"Content-Type: text/html\r\n\r\n<p>rich</p>{SIGNED}")
    assert parse(multipart("alternative", *parts))["reply_text"] == "plain"


def test_second_try_without_html_reads_no_marks() -> None:
    mail = parse(raw_mail(f"<div>Yes.</div>{SIGNED}", Content_Type="text/html"), html=False)
    assert mail["reply_text"] == "Yes.\nAna Ruiz\nCasa Ruiz"


def test_nothing_marked_is_nothing_known() -> None:
    assert own_text("<p>Yes.</p>") == own_text("<p>gmail_signature</p>") == ""

"""Handing one mail to a server: what each refusal is called, what of the mail arrives, letters outside of ASCII."""

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from omnichannel.channels.base import ChannelError
from omnichannel.channels.email.smtp import Line, Refused, Server, deliver, server_from_url
from tests.fakes.smtp_sink import HANG_UP, SmtpSink


def mail(subject: str = "Hola", text: str = "one") -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = subject
    made.set_content(text)
    return made


def send(server: Server, *, to: str = "ana@casa.example", copies: tuple[str, ...] = (), **fields: Any) -> str:
    return deliver(server, sender="support@hilo.example", recipients=[to, *copies], mail=mail(**fields))


def refusal(server: Server, **fields: Any) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        send(server, **fields)
    return caught.value


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        yield running


@pytest.fixture
def server(sink: SmtpSink) -> Server:
    return Server("127.0.0.1", sink.port, security="none")


# --- the address of a server ---


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://", Server("127.0.0.1", 25)),
        ("smtp://mail.example:2525", Server("mail.example", 2525)),
        ("smtp://mail.example?security=none", Server("mail.example", 25, security="none")),
        ("smtps://ana:x@mail.example:4465", Server("mail.example", 4465, "ana", "x", "tls")),
        ("smtps://mail.example?security=none", Server("mail.example", 465, security="tls")),
        ("smtp://a%3Ab%40c:%C3%B1%20%23@mail.example", Server("mail.example", 25, "a:b@c", "ñ #")),
        ("smtp://[::1]:2525", Server("::1", 2525)),
    ],
)
def test_what_a_url_leaves_out_is_filled_in(url: str, server: Server) -> None:
    assert server_from_url(url) == server


# --- refusals ---


@pytest.mark.parametrize(
    ("step", "reply", "sentence"),
    [
        ("mail", "553 Not you", "The mail server refused the sender: 553 Not you"),
        ("rcpt", "550 5.1.1 No such user", "The mail server refused the recipient: 550 5.1.1 No such user"),
        ("data", "554 Spam", "The mail server refused the message: 554 Spam"),
        ("data", "452 Full", "The mail server refused the message: 452 Full"),
        ("rcpt", f"550 {'x' * 400}", f"The mail server refused the recipient: 550 {'x' * 300}"),
    ],
)
def test_refusal_says_what_was_refused_and_repeats_the_server(
    sink: SmtpSink, server: Server, step: str, reply: str, sentence: str
) -> None:
    sink.replies[step] = [reply]
    error = refusal(server)
    assert (str(error), type(error), sink.accepted) == (sentence, Refused, [])


@pytest.mark.parametrize(
    ("reply", "permanent", "retry_after"),
    [
        ("500 a", True, None),
        ("599 a", True, None),
        ("552 Full", False, None),
        ("499 a", False, 300),
        ("450 a", False, 300),
        ("354 a", False, 300),
    ],
)
def test_number_of_a_refusal_decides(
    sink: SmtpSink, server: Server, reply: str, permanent: bool, retry_after: int | None
) -> None:
    sink.replies["rcpt"] = [reply]
    error = refusal(server)
    assert (error.permanent, error.retry_after, error.unknown) == (permanent, retry_after, False)


def test_connection_that_breaks_before_the_mail_was_handed_over_names_the_server(
    sink: SmtpSink, server: Server
) -> None:
    sink.replies["mail"] = [HANG_UP]
    error = refusal(server)
    assert str(error).startswith("The connection to 127.0.0.1 broke: ")
    assert (error.permanent, error.unknown, error.retry_after) == (False, False, None)


def test_server_that_says_good_night_is_no_refusal_of_the_mail(sink: SmtpSink, server: Server) -> None:
    sink.replies["rcpt"] = ["421 Too many mails"]
    error = refusal(server)
    said = "The mail server refused the recipient: 421 Too many mails"
    assert (str(error), type(error)) == (f"The connection to 127.0.0.1 broke: {said}", ChannelError)


def test_break_after_the_final_dot_is_told_as_unknown(sink: SmtpSink, server: Server) -> None:
    sink.hang_up.add("answer")
    error = refusal(server)
    assert str(error).startswith("The connection broke before the server confirmed")
    assert (error.unknown, error.permanent) == (True, False)


def test_server_that_is_not_there_is_named_with_its_port() -> None:
    error = refusal(Server("127.0.0.1", 1, security="none"))
    assert str(error).startswith("The mail server 127.0.0.1:1 cannot be used: ")
    assert (error.permanent, error.unknown) == (False, False)


def test_refused_copies_do_not_hold_up_the_others(sink: SmtpSink, server: Server) -> None:
    sink.replies["rcpt"] = ["250 OK", "550 No", "450 Later", "250 OK"]
    assert send(server, copies=("b@x.example", "c@x.example", "d@x.example")) == "OK kept"
    assert sink.accepted[0].recipients == ["ana@casa.example", "d@x.example"]


def test_last_answer_is_kept_up_to_300_letters(sink: SmtpSink, server: Server) -> None:
    sink.replies["answer"] = [f"250 {'y' * 400}"]
    assert send(server) == "y" * 300


def test_mail_goes_with_line_ends_of_the_net_and_dots_doubled_on_the_way(sink: SmtpSink, server: Server) -> None:
    send(server, text="one\n.\n..two\nthree.")
    assert sink.accepted[0].content.endswith(b"\r\n\r\none\r\n.\r\n..two\r\nthree.\r\n")


def test_line_that_was_closed_opens_another_for_the_next_mail(sink: SmtpSink, server: Server) -> None:
    line = Line(server)
    for _ in range(2):
        line.deliver(sender="a@hilo.example", recipients=["b@x.example"], mail=mail())
        line.close()
        line.close()
    assert (sink.connections, sink.farewells, len(sink.accepted)) == (2, 2, 2)


# --- letters outside of ASCII ---


def test_address_outside_of_ascii_is_sent_as_it_is(sink: SmtpSink, server: Server) -> None:
    send(server, to="ñandú@casa.example", subject="Año")
    (accepted,) = sink.accepted
    assert (accepted.recipients, "Subject: Año".encode() in accepted.content) == (["ñandú@casa.example"], True)


def test_among_ascii_addresses_only_the_text_is_encoded(sink: SmtpSink, server: Server) -> None:
    send(server, subject="Año")
    head = sink.accepted[0].content.partition(b"\r\n\r\n")[0]
    assert (head.isascii(), sink.accepted[0].mail["Subject"]) == (True, "Año")


class OldServer(SmtpSink):
    def _session(self) -> SMTP:
        return SMTP(self, enable_SMTPUTF8=False, loop=self.loop)


def test_server_that_knows_only_ascii_is_given_no_such_address_and_is_asked_nothing() -> None:
    with OldServer() as old:
        server = Server("127.0.0.1", old.port, security="none")
        error = refusal(server, copies=("ñandú@casa.example",))
        assert (str(error), error.permanent) == (
            "The mail server takes no addresses with letters outside of ASCII.",
            True,
        )
        assert send(server, subject="Año") == "OK kept"

"""Whose word on a sender counts, and how several checks become one: any line, any setting, any way in."""

from typing import Any

import pytest

from omnichannel.channels.email.mime.authentication import Results, authentication_results, without_comments
from omnichannel.channels.email.mime.headers import parse_block
from omnichannel.channels.email.verdict import believed, judge, relays

IMAP = {"uid": 7}


def lines(*values: str) -> list[Results]:
    return authentication_results(
        parse_block("\n".join(f"Authentication-Results: {value}" for value in values).encode())
    )


def judged(value: str, sender: str = "ana@casa.example", trusted: str = "mx.example.org") -> dict[str, str]:
    return judge(lines(value), sender=sender, settings={"authserv_id": trusted}, meta=IMAP)


# --- one line ---


@pytest.mark.parametrize(
    ("value", "server", "results"),
    [
        ("mx.example.org; none", "mx.example.org", []),
        ("MX.Example.org 1; spf=pass", "mx.example.org", [("spf", "pass")]),
        ("mx.example.org (a; comment=pass); SPF/1 = Pass reason", "mx.example.org", [("spf", "pass")]),
        ("mx.example.org;;; dkim=fail ;", "mx.example.org", [("dkim", "fail")]),
        ("spf=pass; dkim=fail", "", [("spf", "pass"), ("dkim", "fail")]),
        ("mx.example.org; =pass; spf=; 1 2=3; dkim", "mx.example.org", []),
        ("", "", []),
        ("; spf=pass", "", [("spf", "pass")]),
    ],
)
def test_line_is_read_as_far_as_it_goes(value: str, server: str, results: list[tuple[str, str]]) -> None:
    (line,) = lines(value)
    assert (line["server"], [(each["method"], each["result"]) for each in line["results"]]) == (server, results)


def test_properties_end_with_their_check() -> None:
    (line,) = lines('m; spf=pass smtp.mailfrom="a b@C.example" x = 1; dkim=pass header.d=D.example header.d=e.example')
    assert [each["properties"] for each in line["results"]] == [
        {"smtp.mailfrom": "a b@c.example", "x": "1"},
        {"header.d": "e.example"},
    ]


def test_twenty_lines_of_thirty_results_are_enough() -> None:
    found = lines(*["m" + "; spf=pass" * 40] * 25)
    assert (len(found), {len(line["results"]) for line in found}) == (20, {30})


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a (b) c (d)", "a  c "),
        ("a (b (c) d) e", "a  e"),
        ('a "(b" c) (d")', 'a "(b" c) '),
        ('a (b " c) d', "a  d"),
        (r"a \( b", r"a \( b"),
        ("a ) b", "a ) b"),
        ("", ""),
    ],
)
def test_comment_begins_and_ends_where_it_says(value: str, kept: str) -> None:
    assert without_comments(value) == kept


def test_line_above_every_received_line_is_on_top() -> None:
    block = b"Authentication-Results: a\nSubject: x\nAuthentication-Results: b\nReceived: y\nAuthentication-Results: c"
    found = [(line["server"], line["on_top"]) for line in authentication_results(parse_block(block))]
    assert found == [("a", True), ("b", True), ("c", False)]


# --- whose ---


@pytest.mark.parametrize(
    ("host", "server", "is_believed"),
    [
        ("imap.example.org", "imap.example.org", True),
        ("imap.example.org", "example.org", True),
        ("imap.example.org", "mx.example.org", True),
        ("IMAP.Example.org", "mx1.eu.example.org", True),
        ("imap.example.org", "notexample.org", False),
        ("imap.example.org", "example.org.evil.example", False),
        ("imap.example.org", "org", False),
        ("example.org", "example.org", True),
        ("example.org", "mx.example.org", False),  # else imap.org would vouch for all of .org
        ("localhost", "localhost", True),
        ("imap.example.org", "", False),
        ("", "mx.example.org", False),
    ],
)
def test_mailbox_vouches_for_its_own_family_only(host: str, server: str, is_believed: bool) -> None:
    line = lines(f"{server}; spf=pass")
    assert (believed(line, {"imap_host": host}, IMAP) is not None) is is_believed


def test_without_a_named_server_only_the_newest_line_counts_and_only_on_top() -> None:
    ours, others = "mx.example.org; spf=pass", "mx.other.example; spf=pass"
    settings = {"imap_host": "imap.example.org"}

    assert believed(lines(ours, others), settings, IMAP) == lines(ours)[0]
    assert believed(lines(others, ours), settings, IMAP) is None
    assert believed([lines(ours)[0] | {"on_top": False}], settings, IMAP) is None
    assert believed([], settings, IMAP) is None


def test_named_server_counts_wherever_its_line_stands_in_any_case() -> None:
    mail = lines("mx.other.example; spf=pass", "mx.example.org; spf=fail", "mx.example.org; spf=pass")
    assert believed(mail, {"authserv_id": "MX.example.ORG"}, IMAP) == mail[1]
    assert believed(mail, {"authserv_id": "mx.third.example", "imap_host": "imap.other.example"}, IMAP) is None
    assert believed(mail, {"authserv_id": "*"}, IMAP) == mail[0]
    assert believed([], {"authserv_id": "*"}, IMAP) is None


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("10.0.0.1", ["10.0.0.1/32"]),
        ("10.0.0.9/24, 2001:db8::/32", ["10.0.0.0/24", "2001:db8::/32"]),
        ("10.0.0.1\n10.0.0.2\t10.0.0.3,,", ["10.0.0.1/32", "10.0.0.2/32", "10.0.0.3/32"]),
        ("mx.example.org 10.0.0.300 10.0.0.1/33 10.0.0.1", ["10.0.0.1/32"]),
        ("", []),
    ],
)
def test_relays_are_addresses_or_networks(text: str, networks: list[str]) -> None:
    assert list(map(str, relays(text))) == networks


@pytest.mark.parametrize(
    ("peer", "is_believed"),
    [("10.0.0.5", True), ("10.0.1.5", False), ("2001:db8::1", True), ("::1", False), ("nobody", False), ("", False)],
)
def test_our_door_believes_a_relay_by_its_address(peer: str, is_believed: bool) -> None:
    settings = {"authserv_id": "mx.example.org", "relays": "10.0.0.0/24 2001:db8::/32", "imap_host": "imap.example.org"}
    line = lines("mx.example.org; spf=pass")
    assert (believed(line, settings, {"peer": peer}) is not None) is is_believed


def test_our_door_believes_nobody_who_is_not_named() -> None:
    line = lines("mx.example.org; spf=pass")
    others: list[dict[str, Any]] = [{"authserv_id": "*"}, {"authserv_id": ""}, {"imap_host": "imap.example.org"}, {}]
    for settings in others:
        assert believed(line, {"relays": "10.0.0.0/8", **settings}, {"peer": "10.0.0.5"}) is None
    assert believed(line, {"authserv_id": "mx.example.org"}, {"peer": "10.0.0.5"}) is None


# --- one word ---


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("dmarc=pass header.from=casa.example", "verified"),
        ("dmarc=pass header.from=casa.example; dmarc=fail header.from=casa.example", "unverified"),
        ("dmarc=pass header.from=mail.casa.example", "unverified"),
        ("dmarc=temperror; spf=pass smtp.mailfrom=casa.example", "verified"),
        ("dmarc=none header.from=casa.example", "unverified"),
        ("dkim=neutral header.d=casa.example", "unverified"),
        ("dkim=pass header.d=example", "unverified"),
        ("dkim=pass header.d=casa.example header.i=@other.example", "verified"),
        ("dkim=pass smtp.mailfrom=casa.example", "unverified"),  # a property of another check
        ("spf=pass header.d=casa.example", "unverified"),
        ("spf=pass smtp.mailfrom=ana@casa.example", "verified"),
        ("spf=pass", "unverified"),
        ("arc=pass header.d=casa.example", "unverified"),
        ("spf=fail smtp.mailfrom=casa.example; dkim=pass header.d=casa.example", "verified"),
    ],
)
def test_one_check_that_holds_for_the_domain_is_enough_unless_dmarc_speaks(said: str, verdict: str) -> None:
    assert judged(f"mx.example.org; {said}")["verdict"] == verdict


def test_domain_of_the_sender_is_compared_without_case_and_from_its_last_sign() -> None:
    said = "mx.example.org; dmarc=pass header.from=casa.example"
    assert judged(said, sender="Ana@CASA.Example")["verdict"] == "verified"
    assert judged(said, sender='"a@casa.example"@evil.example')["verdict"] == "unverified"
    assert judged(said, sender="")["verdict"] == "unverified"


def test_what_is_kept_is_the_best_result_of_each_check_and_who_said_so() -> None:
    said = "mx.example.org; dkim=fail; dkim=pass header.d=x.example; spf=softfail; spf=none; arc=pass"
    assert judged(said) == {"verdict": "unverified", "server": "mx.example.org", "spf": "softfail", "dkim": "pass"}
    assert judged(said, trusted="mx.other.example") == {}

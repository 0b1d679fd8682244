"""Header fields as mailers really write them: folding, encoded words, parameters, addresses, ids, file names."""

import pytest

from omnichannel.channels.email.mime.headers import (
    MAX_VALUE,
    decode_words,
    one_line,
    parse_addresses,
    parse_block,
    parse_message_ids,
    parse_parameters,
    sanitise_filename,
)

# --- fields ---


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        (b"A: 1\r\nB: 2", [("a", b"1"), ("b", b"2")]),
        (b"A: 1\rB: 2", [("a", b"1"), ("b", b"2")]),
        (b"A: 1\nA: 2", [("a", b"1"), ("a", b"2")]),
        (b"A:1\n\t2\n 3", [("a", b"1\t2 3")]),
        (b"A : 1", [("a", b"1")]),
        (b"A:", [("a", b"")]),
        (b" folded, but nothing before it\nA: 1", [("a", b"1")]),
        (b"A: 1\nno field\nB: 2", [("a", b"1"), ("b", b"2")]),
        (b": no name\nA\xc3: no ASCII\nB: 2", [("b", b"2")]),
        (b"a" * 101 + b": a name too long\n" + b"b" * 100 + b": 2", [("b" * 100, b"2")]),
    ],
)
def test_fields_are_found_among_whatever_stands_there(block: bytes, fields: list[tuple[str, bytes]]) -> None:
    assert parse_block(block).fields == fields


def test_of_an_endless_field_only_the_beginning_is_read() -> None:
    (field,) = parse_block(b"A: " + b"x" * MAX_VALUE + b"\n y").fields
    assert field == ("a", b"x" * MAX_VALUE)


def test_a_name_is_asked_for_in_lower_case_and_may_be_missing() -> None:
    headers = parse_block(b"SUBJECT: =?utf-8?q?a=C3=B1o?=\nsubject: two")

    assert (headers.text("subject"), headers.raw("subject")) == ("año", "=?utf-8?q?a=C3=B1o?=")
    assert headers.all("subject") == ["=?utf-8?q?a=C3=B1o?=", "two"]
    assert (headers.has("subject"), headers.has("from")) == (True, False)
    assert (headers.raw("from"), headers.text("from"), headers.all("from")) == ("", "", [])


@pytest.mark.parametrize(
    "control", ["\r\n", "\n", "\r", "\t", "\x00", "\x1f", "\x7f", "\x85", "\u2028", "\u2029", "  "]
)
def test_one_line_is_one_line(control: str) -> None:
    assert one_line(f" a{control}b ") == "a b"


# --- encoded words ---


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),  # the space between two words is none
        ("=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        ("before =?utf-8?q?a?=, after", "before a, after"),
        ("=?iso-8859-1?q?=F1?= =?utf-8?q?=C3=B1?=", "ññ"),  # of different charsets: each by itself
        ("=?UTF-8?q?=c3?= =?utf-8?q?=b1?=", "ñ"),
        ("=?utf-8?Q?a_b=5F?=", "a b_"),
        ("=?utf-8?q?a b?=", "a b"),  # a space is not allowed there, and written
        ("=?utf-8?b?w7E?=", "ñ"),  # without padding
        ("=?utf-8?q??=", ""),
        ("=?utf-8?q?100=?=", "100="),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=??q?a?=", "=??q?a?="),
        ("2 =? 3 ?= 4", "2 =? 3 ?= 4"),
    ],
)
def test_encoded_words_are_decoded(written: str, read: str) -> None:
    assert decode_words(written) == read


# --- parameters ---


@pytest.mark.parametrize(
    ("written", "parameters"),
    [
        ("a/b; n=one", {"n": "one"}),
        ("a/b;N = one ;", {"n": "one", "": ""}),
        ('a/b; n="x;y"; m=2', {"n": "x;y", "m": "2"}),
        (r'a/b; n="x\"y\\z"', {"n": r'x"y\z'}),
        ('a/b; n="never closed; m=2', {"n": "never closed", "m": "2"}),
        ('a/b; n="', {"n": ""}),
        ("a/b; n=1; n=2", {"n": "1"}),
        ("a/b; n", {"n": ""}),
        ('a/b; n="=?utf-8?q?a=C3=B1o?="', {"n": "año"}),  # forbidden, and what Outlook does
        ('a/b; n="a\tb\x00"', {"n": "a b"}),
    ],
)
def test_parameters_are_read_as_they_are_written(written: str, parameters: dict[str, str]) -> None:
    assert parse_parameters(written) == ("a/b", parameters)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("n*=utf-8''a%C3%B1o.txt", "año.txt"),
        ("n*=iso-8859-1'es'a%F1o", "año"),
        ("n*=no-such''%C3%B1", "ñ"),
        ("n*=without%20quotes", "without quotes"),
        ("n*=utf-8'one%20quote", "utf-8'one quote"),
        ("n=plain; n*=utf-8''better", "better"),
        ("n*=utf-8''better; n=plain", "better"),
        ("n*0=one; n*1=two", "onetwo"),
        ("n*10=k; n*2=c; n*1=b", "bck"),
        ("n*0=a; n*0=b", "a"),
        ("n*0*=utf-8''a%20; n*1=%20b; n*2*=%20c", "a %20b c"),
        ("n*0*=utf-8''%C3; n*1*=%B1", "ñ"),  # a character cut in two
        ("n*0=it's; n*1='mine'", "it's'mine'"),
        ("n*x=odd", "odd"),
        ("n*1=b; n*9999=a", "ab"),
    ],
)
def test_long_and_foreign_parameters_come_in_numbered_pieces(written: str, value: str) -> None:
    assert parse_parameters(f"a/b; {written}")[1] == {"n": value}


def test_first_word_is_the_kind_in_lower_case_and_a_hundred_parameters_are_enough() -> None:
    kind, parameters = parse_parameters(" Text/PLAIN " + "".join(f"; n{number}=1" for number in range(150)))

    assert kind == "text/plain"
    assert list(parameters) == [f"n{number}" for number in range(100)]
    assert parse_parameters("") == ("", {})


# --- addresses ---


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("a@b.example,c@d.example;e@f.example", [("", "a@b.example"), ("", "c@d.example"), ("", "e@f.example")]),
        ('"A, B; C" <a@b.example>', [("A, B; C", "a@b.example")]),
        ("Ana <a@b.example, c@d.example>", [("Ana", "a@b.example")]),
        ("Ana <;c@d.example;e@f.example>", [("Ana", "c@d.example")]),
        (r'"a\"b, c" <a@b.example>', [('a"b, c', "a@b.example")]),
        (r"Ruiz\, Ana <a@b.example>", [("Ruiz, Ana", "a@b.example")]),
        ('"Ana" "Ruiz" <a@b.example>', [("Ana Ruiz", "a@b.example")]),
        ("O'Neil <a@b.example>", [("O'Neil", "a@b.example")]),
        ("\"'Ana'\" <a@b.example>", [("Ana", "a@b.example")]),
        ("(c, d) a@b.example", [("c, d", "a@b.example")]),
        ("Ana (the (nested, one)) <a@b.example>", [("Ana", "a@b.example")]),
        ("Ana <a@b.example> (at work)", [("Ana", "a@b.example")]),
        ('"(no comment)" <a@b.example>', [("(no comment)", "a@b.example")]),
        (
            'Team: "A" <a@b.example>, c@d.example; e@f.example',
            [("A", "a@b.example"), ("", "c@d.example"), ("", "e@f.example")],
        ),
        ("undisclosed-recipients:;", []),
        ("Ana <a b@c.example>", [("Ana", "ab@c.example")]),
        ("<a@b.example> and more", [("", "a@b.example")]),
        ('"unclosed <a@b.example>', [("unclosed", "a@b.example")]),
        ("Ana <>, c@d.example", [("", "c@d.example")]),
        ("a@b.example c@d.example", [("c@d.example", "a@b.example")]),
        ("mailto:a@b.example", [("", "a@b.example")]),
        ("=?utf-8?q?a=40b.example?=", []),  # an address is never encoded: this is a name
        ("@b.example", []),
        (" , ;, ", []),
    ],
)
def test_addresses_are_found_with_their_names(written: str, found: list[tuple[str, str]]) -> None:
    assert parse_addresses(written) == found


def test_name_in_a_comment_loses_the_backslashes_that_protect_it() -> None:
    assert parse_addresses(r"a@b.example (Ana \(Casa\) Ruiz)") == [("Ana (Casa) Ruiz", "a@b.example")]


def test_two_thousand_addresses_are_enough() -> None:
    found = parse_addresses(",".join(f"p{number}@b.example" for number in range(2001)))
    assert (len(found), found[-1]) == (2000, ("", "p1999@b.example"))


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("<a@b> <c@d>", ["<a@b>", "<c@d>"]),
        ("<a@b>junk<c@d>", ["<a@b>", "<c@d>"]),
        ("<a>", ["<a>"]),
        ("a@b, c@d\te@f", ["a@b", "c@d", "e@f"]),
        ("a@b <c@d>", ["<c@d>"]),
        ("Your mail of Monday", []),
        ("<>", []),
        ("", []),
        (" ".join(f"{number}@b" for number in range(30)), [f"{number}@b" for number in range(20)]),
        (f"<{'a' * 991}>", []),
        (f"<{'a' * 990}>", [f"<{'a' * 990}>"]),
    ],
)
def test_message_ids_are_found_with_or_without_brackets(written: str, ids: list[str]) -> None:
    assert parse_message_ids(written) == ids


# --- names of files ---


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("factura.pdf", "factura.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Users\\Ana\\x.txt", "C:_Users_Ana_x.txt"),
        ("a//b", "a_b"),
        (".htaccess", "htaccess"),
        (" a. ", "a"),
        ("...", ""),
        ("a\x00b\x07.txt", "ab.txt"),
        ("a\r\nb.txt", "a b.txt"),
        ("annexe\u202egpj.exe", "annexegpj.exe"),  # would be shown as annexeexe.jpg
        ("\ufeffa\u200d\u2066b", "ab"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200),
        ("x" * 197 + ".pdf", "x" * 196 + ".pdf"),
        ("x" * 300 + "." + "y" * 19, "x" * 180 + "." + "y" * 19),
        ("x" * 300 + "." + "y" * 20, "x" * 200),
    ],
)
def test_name_of_a_file_is_safe_to_show_and_to_save(given: str, safe: str) -> None:
    assert sanitise_filename(given) == safe

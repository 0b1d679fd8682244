"""Readable text out of clean HTML and out of format=flowed."""

import pytest

from omnichannel.channels.email.mime.text import html_to_text, squeeze, unflow

RULE = "_" * 32


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>c", "a\nb\nc"),
        ("<h1>T</h1>x", "T\n\nx"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("a <br> b", "a\nb"),
        ("a<hr>b", f"a\n{RULE}\nb"),
        ("<ul><li>a</li><li>b</li></ul>c", "* a\n* b\n\nc"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\nb"),
        ("<table><tbody><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></tbody></table>", "a b\nc d"),
        ('<a href="https://x.example/?a>b" title="a > b">l</a>', "l"),
        ('<img alt="x">a', "a"),
    ],
)
def test_blocks_become_lines(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<b>b</b>c", "abc"),
        ("a <b>b</b> c", "a b c"),
        ("a<b> b </b>c", "a b c"),
        ("a  \n <b> \n b </b>\t c", "a b c"),
        ("a&nbsp;&nbsp;b", "a b"),
        ("&lt;p&gt; &amp; &euro;", "<p> & €"),
        ("&amp;lt;", "&lt;"),
        (" \n ", ""),
        ("", ""),
    ],
)
def test_words_keep_one_space_between_them(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<pre>a\n  b  c </pre>d", "a\n  b  c\n\nd"),
        ("<pre>a</pre><p>b   c</p>", "a\n\nb c"),
        ("<pre>a\n\n\n\nb</pre>", "a\n\nb"),
        ("<blockquote><pre>a\n b</pre>c</blockquote>", "> a\n>  b\n>\n> c"),
    ],
)
def test_preformatted_lines_stay_as_they_are(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("x<blockquote>a<br>b</blockquote>y", "x\n> a\n> b\ny"),
        ("<blockquote><p>a</p>b</blockquote>", "> a\n>\n> b"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>d", "> a\n> > b\n> c\nd"),
        ("<blockquote>a<hr>b</blockquote>", f"> a\n> {RULE}\n> b"),
        ("<blockquote></blockquote>x", "x"),
        ("</blockquote></pre>a  b", "a b"),
    ],
)
def test_quotations_are_marked_by_their_depth(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("a \nb", "a b"),
        ("a\nb", "a\nb"),
        ("a \n b", "a b"),  # the space at the beginning is stuffing
        ("  a", " a"),
        (" >not quoted", ">not quoted"),
        ("> a \n> b\nc", "> a b\nc"),
        (">a \n>b", "> a b"),
        (">> a \n>> b \n> c", ">> a b \n> c"),  # another depth ends the paragraph
        ("> a \nb", "> a \nb"),
        ("a \n\nb", "a \nb"),
        ("a \n-- \nAna", "a \n-- \nAna"),
        ("-- \nAna", "-- \nAna"),
        ("a ", "a "),
        ("", ""),
    ],
)
def test_flowed_lines_are_joined_within_their_paragraph(text: str, joined: str) -> None:
    assert unflow(text, delete_space=False) == joined


@pytest.mark.parametrize(
    ("text", "joined"),
    [("你 \n好", "你好"), ("a \nb \nc", "abc"), ("a  \nb", "a b"), ("-- \nAna", "-- \nAna"), ("a ", "a")],
)
def test_with_delsp_the_space_at_the_end_of_a_line_is_not_part_of_the_text(text: str, joined: str) -> None:
    assert unflow(text, delete_space=True) == joined


@pytest.mark.parametrize(
    ("text", "squeezed"),
    [("\n a  \n\n\n\nb \t\n\n", "a\n\nb"), ("a\n\nb", "a\n\nb"), ("a\n \t\n \nb", "a\n\nb"), (" \n", "")],
)
def test_at_most_one_line_is_left_empty(text: str, squeezed: str) -> None:
    assert squeeze(text) == squeezed

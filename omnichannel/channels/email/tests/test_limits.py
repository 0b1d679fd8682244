"""HTML exactly at and beyond a limit, and the text that is shown in its place."""

import pytest

from omnichannel.channels.email.mime.clean import MAX_HTML, clean, reason_for_text, strip_tags, text_as_html

DEEP = "The HTML is nested more than 256 levels deep."
FORMATTING = "More than 64 formatting elements are open at once."
ATTRIBUTES = "A tag has more than 300 attributes."


def tag(attributes: int) -> str:
    return "<p " + " ".join(f"a{number}='1 2 3'" for number in range(attributes)) + ">"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x" * MAX_HTML, ""),
        ("<div>" * 256, ""),
        ("<div>" * 257, DEEP),
        ("<custom-element>" * 257, DEEP),
        ("<div>" * 200 + "</div>" * 200 + "<div>" * 200, ""),
        ("</div>" * 50 + "<div>" * 257, DEEP),  # what was never opened gives no credit
        ("</span>" * 300, ""),
        ("<div></div>" * 10 + "<div>" * 257, DEEP),
        ("<div></span>" * 257, DEEP),
        ("<!-- <div> -->" + "<div>" * 256, ""),
        ("<b>" * 64, ""),
        ("<b>" * 65, FORMATTING),
        ("<B>" * 65, FORMATTING),
        ("<a><font>" * 33, FORMATTING),
        ("<b></b>" * 100, ""),
        ("<span>" * 200, ""),
        (tag(300), ""),
        (tag(301), ATTRIBUTES),
        (f'<p title="{"a " * 700}">', ""),
        ("<p " + "/a" * 650 + ">", ATTRIBUTES),
    ],
)
def test_limit_is_exact(source: str, reason: str) -> None:
    assert reason_for_text(source) == reason


def test_html_at_a_limit_is_still_shown_as_html() -> None:
    assert clean("<div>" * 200 + "<b>x</b>") == "<div>" * 200 + "<b>x</b>" + "</div>" * 200
    assert clean("<div>" * 257 + "<b>x</b>") == "<p>x</p>"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a<br>b<BR/>c<br clear=all>d", "a\nb\nc\nd"),
        ("<p>a</p>b<div>c</div>d", "a\nb\nc\nd"),
        ("<h1>a</h1>b<blockquote>c</blockquote>d", "a\nb\nc\nd"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<tr><td>a</td><td>b</td></tr><tr><th>c</th><td>d</td></tr>", "a b\nc d"),
        ("<b>a</b><i>b</i><header>c</header>", "abc"),
        ("<brx>a<paragraph>b", "ab"),
        ("<title>t</title>a<head>h</head>b<script>s</script>c<STYLE x>d</STYLE >e", "abce"),
        ("<scripted>a<headline>b", "ab"),
        ("a<!-- <p>b -->c<!-- never closed", "ac"),
        ("a<script>never closed", "a"),
        ("1 < 2", "1 < 2"),
        ("&lt;b&gt; &amp;amp; &eacute;", "<b> &amp; é"),
        (" a \n\n\n <br> \n b ", "a\nb"),
        ("", ""),
    ],
)
def test_text_form_is_what_a_person_would_read(source: str, text: str) -> None:
    assert strip_tags(source) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb", "<p>a<br>b</p>"),
        ("a\n\nb", "<p>a</p><p>b</p>"),
        ("\n\na\n \t\n\n\nb\n", "<p>a</p><p>b</p>"),
        ("<b> & \"c\" 'd'", "<p>&lt;b&gt; &amp; \"c\" 'd'</p>"),
        ("&lt;", "<p>&amp;lt;</p>"),
        ("a\xa0b", "<p>a&nbsp;b</p>"),
        (" \n ", ""),
        ("", ""),
    ],
)
def test_text_becomes_paragraphs_that_cleaning_leaves_alone(text: str, html: str) -> None:
    assert text_as_html(text) == html
    assert clean(html) == html

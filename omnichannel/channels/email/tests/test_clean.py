import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnichannel.channels.email.mime.clean import MAX_HTML, clean, display, reason_for_text, strip_tags, text_as_html
from tests.corpus.make_mails import BODIES

PIECES = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<b>",
            "</b>",
            "<table>",
            "<tr><td>",
            "</table>",
            "<a href='https://x.example/?a=1&b=2'>",
            "</a>",
            "<img src=",
            "https://x.example/i.png",
            "cid:logo",
            "'",
            '"',
            ">",
            "<",
            "&",
            "&lt;",
            "&amp;",
            "<!--",
            "-->",
            "<pre>\n\n",
            "</pre>",
            "<svg>",
            "<math>",
            "<style>",
            "</style>",
            "<br>",
            "<li>",
            "<ul>",
            "<div style='color:red;background:url(x)'>",
            "</div>",
            "text",
            "\n",
            "\x00",
            "ñ",
            "<title>",
            "<textarea>",
            "<template>",
            "<noscript>",
            "<select><option>",
            "<form>",
            "<font color=red>",
            "<h1>",
            "<blockquote>",
            "data-remote-src=",
            " style='font-family:\"A\"'",
            "<p dir=rtl>",
            "<details>",
            "<ol start=3>",
            "<![CDATA[",
            "]]>",
            "<?",
            "</",
            "<a",
            "\u202e",
        ]
    ),
    max_size=25,
).map("".join)


@given(PIECES)
@settings(max_examples=400, deadline=None)
def test_cleaning_twice_changes_nothing(source: str) -> None:
    once = clean(source, {"logo": 0})
    assert clean(once) == once


@given(PIECES)
@settings(max_examples=200, deadline=None)
def test_nothing_active_is_left(source: str) -> None:
    assert_harmless(clean(source))


@pytest.mark.parametrize("trick", list(BODIES))
def test_known_trick_is_harmless(trick: str) -> None:
    cleaned = clean(f"<p>Before</p>{BODIES[trick]}")
    assert "Before" in cleaned
    assert_harmless(cleaned)
    assert_harmless(display(cleaned, images=False, attachments={}))


def assert_harmless(cleaned: str) -> None:
    for tag in re.findall(r"<[a-z][^>]*>", cleaned):
        outside = re.sub(r'"[^"]*"', '""', tag)
        assert not re.search(
            r" (?:on\w+|src|srcset|background|id|name|class|hx-\w+|data-(?!remote-src|attachment)\w+|ping)=", outside
        ), tag
        assert not re.match(
            r"<(?:script|style|svg|math|iframe|object|embed|form|input|link|meta|base|template|noscript)\b", tag
        ), tag
        for url in re.findall(r'href="([^"]*)"', tag):
            assert re.match(r"(?:https?://|mailto:|tel:)", url, re.IGNORECASE), tag
        assert "url(" not in tag.lower() or "href" in tag or "remote-src" in tag or "title" in tag, tag


def test_ordinary_mail_keeps_its_looks() -> None:
    source = (
        '<table width="600" bgcolor="#eeeeee"><tr><td style="color:red;font-size:12px">Hi <b>you</b></td></tr></table>'
        '<a href="https://x.example/">link</a>'
    )
    assert clean(source) == (
        '<table width="600" bgcolor="#eeeeee"><tbody><tr><td style="color:red;font-size:12px">Hi <b>you</b></td></tr>'
        "</tbody></table>"
        '<a href="https://x.example/" target="_blank" rel="noopener noreferrer">link</a>'
    )


def test_remote_image_waits_until_it_is_asked_for() -> None:
    cleaned = clean('<img src="https://x.example/i.png?a=1&amp;b=2" alt="A">')
    assert cleaned == '<img data-remote-src="https://x.example/i.png?a=1&amp;b=2" alt="A">'
    assert display(cleaned, images=False, attachments={}) == cleaned
    assert display(cleaned, images=True, attachments={}) == '<img src="https://x.example/i.png?a=1&amp;b=2" alt="A">'


def test_inline_image_is_shown_by_the_url_of_its_attachment() -> None:
    cleaned = clean('<img src="cid:a"><img src="CID:b">', {"a": 3})
    assert cleaned == '<img data-attachment="3"><img>'
    assert display(cleaned, images=False, attachments={3: "/attachments/9/"}) == '<img src="/attachments/9/"><img>'
    assert display(cleaned, images=True, attachments={}) == "<img><img>"


def test_text_that_looks_like_our_attributes_stays_text() -> None:
    text = ' data-remote-src="https://x.example/" src="https://x.example/"'
    assert display(clean(text), images=True, attachments={}) == text


def test_data_images_are_kept_except_svg() -> None:
    kept = '<img src="data:image/png;base64,iVBORw0KGgo=">'
    assert clean(kept) == kept
    assert clean('<img src="data:image/svg+xml;base64,PHN2Zz4=">') == "<img>"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<div>" * 300, "The HTML is nested more than 256 levels deep."),
        ("<table><tr><td>" * 300, "The HTML is nested more than 256 levels deep."),
        ("<b>" * 65, "More than 64 formatting elements are open at once."),
        ("<p " + " ".join(f"a{n}=1" for n in range(400)) + ">", "A tag has more than 300 attributes."),
        ("x" * (MAX_HTML + 1), f"The HTML has {MAX_HTML + 1} characters; the limit is {MAX_HTML}."),
        ("<div></div>" * 5000, ""),
        ("<p>" * 5000, ""),
        ("<li>" * 5000, ""),
        ("<!--" + "<div>" * 5000 + "-->", ""),
        ('<img src="data:image/png;base64,' + "/9j/4AAQ" * 5000 + '">', ""),
    ],
)
def test_html_beyond_a_limit_becomes_text(source: str, reason: str) -> None:
    assert reason_for_text(source) == reason


def test_text_form_keeps_what_a_person_would_read() -> None:
    source = (
        "<head><title>T</title><style>p{}</style></head>"
        + "<div>" * 300
        + "one<br>two &amp; &lt;three&gt;<script>x</script><p>four"
    )
    assert strip_tags(source) == "one\ntwo & <three>\nfour"
    assert clean(source) == "<p>one<br>two &amp; &lt;three&gt;<br>four</p>"


def test_text_form_is_what_cleaning_leaves_alone() -> None:
    html = text_as_html("one & <two>\nthree\n\n\nfour\xa0")
    assert html == "<p>one &amp; &lt;two&gt;<br>three</p><p>four</p>"
    assert clean(html) == html

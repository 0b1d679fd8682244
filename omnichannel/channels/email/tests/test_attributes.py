"""Which attributes and addresses of a hostile page are kept, one by one, and what the frame is shown of them."""

import pytest

from omnichannel.channels.email.mime.clean import clean, display

LINK = ' target="_blank" rel="noopener noreferrer">l</a>'
DATA = "data:image/{};base64,AAAA"


@pytest.mark.parametrize(
    "address", ["https://x.example/?a=b", "HTTP://x.example", "mailto:a@b.example?subject=x", "tel:+34600000000"]
)
def test_link_to_the_outside_is_kept_and_opens_outside(address: str) -> None:
    assert (
        clean(f'<a href="{address}" target="_top" rel="opener" ping="https://x">l</a>') == f'<a href="{address}"{LINK}'
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "cid:x",
        "ftp://x.example/",
        "file:///etc/passwd",
        "/conversations/1/resolution/",
        "//x.example",
        "?delete=1",
        "#x",
        "https:// x",
        "mailto:",
        "",
    ],
)
def test_link_to_anywhere_else_leads_nowhere(address: str) -> None:
    assert clean(f'<a href="{address}">l</a>') == f"<a{LINK}"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('src="http://x.example/i"', ' data-remote-src="http://x.example/i"'),
        ('src=" https://x.example/i "', ' data-remote-src="https://x.example/i"'),
        ('srcset="https://x.example/i 2x" src="https://x.example/j"', ' data-remote-src="https://x.example/j"'),
        ('src="//x.example/i"', ""),
        ('src="/media/1"', ""),
        ('src="ftp://x.example/i"', ""),
        ('src="javascript:x"', ""),
        ('src="cid:a"', ' data-attachment="7"'),
        ('src="CID:a"', ' data-attachment="7"'),
        ('src="cid:&lt;a&gt;"', ' data-attachment="7"'),
        ('src="cid:A"', ""),
        ('src="cid:b"', ""),
        ('data-remote-src="https://x.example/i"', ' data-remote-src="https://x.example/i"'),
        ('data-remote-src="javascript:x"', ""),
        ('data-attachment="9999"', ' data-attachment="9999"'),
        ('data-attachment="10000"', ""),
        ('data-attachment="-1"', ""),
        ('data-attachment="../1"', ""),
        (
            'alt="A" width="1" height="2" align="left" onerror="x" id="x" class="x"',
            ' alt="A" width="1" height="2" align="left"',
        ),
    ],
)
def test_image_keeps_what_cannot_fetch_anything(written: str, kept: str) -> None:
    assert clean(f"<img {written}>", {"a": 7}) == f"<img{kept}>"


@pytest.mark.parametrize("kind", ["png", "gif", "jpg", "jpeg", "webp", "PNG"])
def test_picture_within_the_page_is_kept(kind: str) -> None:
    assert clean(f'<img src="{DATA.format(kind)}">') == f'<img src="{DATA.format(kind)}">'


@pytest.mark.parametrize("source", [DATA.format("svg+xml"), DATA.format("x-icon"), "data:image/png,AAAA", "data:,x"])
def test_data_that_is_no_such_picture_goes(source: str) -> None:
    assert clean(f'<img src="{source}">') == "<img>"


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color:red", ' style="color:red"'),
        ("color:rgb(1,2,3)", ' style="color:rgb(1, 2, 3)"'),
        ("color:rgba(1,2,3,.5)", ' style="color:rgba(1, 2, 3, 0.5)"'),
        ("color:red;position:fixed;z-index:9", ' style="color:red"'),
        ("color:red;background:url(https://x.example/i)", ""),
        ("background-color:rgb(1,2,3) url(x)", ""),
        ("width:expression(alert(1))", ""),
        ("width:calc(100%)", ""),
        (r"color:\72 ed", ""),
        (r"background:u\72l(x)", ""),
    ],
)
def test_style_is_kept_unless_something_could_hide_in_it(style: str, kept: str) -> None:
    assert clean(f'<p style="{style}">a</p>') == f"<p{kept}>a</p>"


@pytest.mark.parametrize(
    "declaration",
    [
        *("background-color:red", "border:0", "border-bottom:0", "border-collapse:collapse", "border-left:0"),
        *("border-radius:7px", "border-right:0", "border-spacing:0", "border-top:0", "direction:rtl", "display:block"),
        *("font:600 15px Arial", "font-family:Arial", "font-size:20px", "font-style:italic", "font-weight:600"),
        *("letter-spacing:1px", "line-height:1.35", "margin:0", "margin-bottom:0", "margin-left:0", "margin-right:0"),
        *("margin-top:0", "max-width:600px", "padding:2px", "padding-bottom:0", "padding-left:0", "padding-right:0"),
        *("padding-top:0", "table-layout:fixed", "text-align:center", "text-decoration:none", "text-indent:0"),
        *("text-transform:uppercase", "vertical-align:top", "white-space:nowrap", "width:50%"),
    ],
)
def test_what_mails_are_laid_out_by_stays(declaration: str) -> None:
    assert clean(f'<p style="{declaration}">a</p>') == f'<p style="{declaration}">a</p>'


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ('<p title="t" lang=es dir=rtl align=center>a</p>', '<p title="t" lang="es" dir="rtl" align="center">a</p>'),
        ("<ol start=3 type=a><li value=9>a</ol>", '<ol start="3" type="a"><li>a</li></ol>'),
        ("<font color=red size=2 face=Arial>a</font>", '<font color="red" size="2" face="Arial">a</font>'),
        ('<blockquote type=cite cite="https://x.example">a</blockquote>', '<blockquote type="cite">a</blockquote>'),
        ("<div align=right contenteditable hidden>a</div>", '<div align="right">a</div>'),
        (
            '<table border=1 background="https://x"><tr valign=top><td nowrap>a<th rowspan=2>b</table>',
            '<table border="1"><tbody><tr valign="top"><td>a</td><th rowspan="2">b</th></tr></tbody></table>',
        ),
        ('<form action="https://x"><input name=a><button>b</button></form>', "b"),
        ('<base href="https://x.example/"><a href="x">l</a>', f"<a{LINK}"),
        ('<meta http-equiv="refresh" content="0;url=https://x.example">a', "a"),
        ("<title>T</title><style>p{}</style><script>x</script><select><option>x</select>a", "a"),
    ],
)
def test_elements_keep_their_looks_and_nothing_else(written: str, cleaned: str) -> None:
    assert clean(written) == cleaned


# --- shown in the frame ---


@pytest.mark.parametrize(
    ("stored", "images", "shown"),
    [
        ('<img data-attachment="3">', False, '<img src="/a/3/?x=1&amp;y=2">'),
        ('<img data-attachment="3">', True, '<img src="/a/3/?x=1&amp;y=2">'),
        ('<img data-attachment="4">', True, "<img>"),
        ('<img data-attachment="x">', True, "<img>"),
        ('<img data-remote-src="https://x.example/">', True, '<img src="https://x.example/">'),
        ('<img data-remote-src="javascript:x">', True, "<img>"),
        ('<img src="https://x.example/">', False, "<img>"),
        ('<img src="https://x.example/">', True, "<img>"),  # only what the cleaning has marked
        ('<img src="/a/3/?x=1&amp;y=2">', True, "<img>"),
        ('<img src="data:image/png;base64,AAAA">', False, '<img src="data:image/png;base64,AAAA">'),
        ('<a href="/a/3/?x=1&amp;y=2">l</a>', True, f"<a{LINK}"),
        ("<script>x</script><p onclick=x>a</p>", True, "<p>a</p>"),  # nh3 has the last word on what is stored, too
    ],
)
def test_frame_is_given_only_addresses_that_it_may_have(stored: str, images: bool, shown: str) -> None:
    assert display(stored, images=images, attachments={3: "/a/3/?x=1&y=2"}) == shown


def test_each_image_gets_its_own_file() -> None:
    stored = '<img data-attachment="1"><img data-attachment="0"><img data-remote-src="https://x.example/">'
    shown = display(stored, images=True, attachments={0: "/a/8/", 1: "/a/9/"})
    assert shown == '<img src="/a/9/"><img src="/a/8/"><img src="https://x.example/">'

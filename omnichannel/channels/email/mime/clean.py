"""Hostile HTML to HTML that may be shown: an allow-list by nh3, remote images held back, inline images by number.

* `<img src="https://…">` becomes `data-remote-src`, so that nothing is fetched until the reader asks.
* `<img src="cid:…">` becomes `data-attachment="<index in the mail's attachments>"`.
* No editing after sanitising: attributes are renamed on nh3's own output, and nh3 has the last word.
* `clean(clean(x)) == clean(x)`; what never settles is shown as text.

nh3 is quadratic in nesting (195 KiB of `<div>` hold it for 19 s), so a linear pre-scan sends such
mail to the text form.
"""

from __future__ import annotations

import html as html_entities
import re
import secrets
from collections.abc import Callable, Mapping

import nh3

MAX_HTML = 1 << 20
MAX_NESTING = 256
MAX_OPEN_FORMATTING = 64  # each is opened anew in every paragraph that follows
MAX_TAG_ATTRIBUTES = 300


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FORMATTING = _words(
    """
    a b big code em font i nobr s small strike strong tt u
    """
)
# Elements that end by themselves or cannot hold others; nesting them needs one of the counted ones.
UNCOUNTED = _words(
    """
    p li td tr th dt dd thead tbody tfoot option optgroup colgroup rt rp head body html br hr img input meta link
    area base col embed param source track wbr
    """
)
TAGS = _words(
    """
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details
    dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p
    pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var
    wbr
    """
)
DROPPED_WITH_CONTENT = _words(
    """
    script style title noscript noembed noframes svg math template iframe frameset object embed applet textarea
    select xmp plaintext audio video canvas
    """
)
CELL = {"align", "valign", "width", "height", "bgcolor", "colspan", "rowspan"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title", "style"},
    "a": {"href"},
    "img": {"alt", "width", "height", "align", "src", "data-remote-src", "data-attachment"},
    "table": {"align", "width", "height", "bgcolor", "border", "cellpadding", "cellspacing"},
    "td": CELL,
    "th": CELL,
    "tr": {"align", "valign", "bgcolor"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "ol": {"start", "type"},
    "p": {"align"},
    "div": {"align"},
    "font": {"color", "face", "size"},
    "blockquote": {"type"},
}
STYLES = _words(
    """
    background-color border border-bottom border-collapse border-left border-radius border-right
    border-spacing border-top color direction display font font-family font-size font-style font-weight
    letter-spacing line-height margin margin-bottom margin-left margin-right margin-top max-width padding
    padding-bottom padding-left padding-right padding-top table-layout text-align text-decoration text-indent
    text-transform vertical-align white-space width
    """
)
LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s]", re.IGNORECASE)
REMOTE = re.compile(r"https?://[^\s]", re.IGNORECASE)
INLINE_IMAGE = re.compile(r"data:image/(?:png|gif|jpe?g|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]{1,4}")

AttributeFilter = Callable[[str, str, str], str | None]


def clean(source: str, inline: Mapping[str, int] | None = None) -> str:
    """Sanitised HTML, or the text of it as HTML when the source is beyond a limit or never settles.

    `inline` maps Content-IDs (without angle brackets) to the index of the attachment.
    """
    if reason_for_text(source):
        return text_as_html(strip_tags(source))
    result = _clean_once(source, inline or {})
    for _ in range(4):
        again = _clean_once(result, {})
        if again == result and not reason_for_text(result):
            return result
        result = again
    return text_as_html(strip_tags(source))


def display(cleaned: str, *, images: bool, attachments: Mapping[int, str]) -> str:
    """Stored clean HTML made ready for the frame: inline images get their URL, remote ones only if `images`."""
    mark = _mark()

    def choose(tag: str, name: str, value: str) -> str | None:
        if name == "data-remote-src" and images:
            return f"{mark}{value}" if REMOTE.match(value) else None
        if name == "data-attachment":
            url = attachments.get(int(value)) if NUMBER.fullmatch(value) else None
            return f"{mark}{url}" if url else None
        return _keep(tag, name, value)

    marked = _cleaner(choose).clean(cleaned)
    shown = re.sub(rf' data-(?:remote-src|attachment)="{mark}', ' src="', marked)
    allowed = frozenset(attachments.values())

    def check(tag: str, name: str, value: str) -> str | None:
        if (tag, name) == ("img", "src") and (value in allowed or (images and REMOTE.match(value))):
            return value
        return _keep(tag, name, value)

    return _cleaner(check, relative=lambda url: url if url in allowed else None).clean(shown)


def _clean_once(source: str, inline: Mapping[str, int]) -> str:
    mark = _mark()

    def rename(tag: str, name: str, value: str) -> str | None:
        if (tag, name) != ("img", "src"):
            return _keep(tag, name, value)
        value = value.strip()
        if value[:4].lower() == "cid:":
            index = inline.get(value[4:].strip("<>"))
            return None if index is None else f"{mark}attachment/{index}"
        if REMOTE.match(value):
            return f"{mark}remote-src/{value}"
        return _keep(tag, name, value)

    marked = _cleaner(rename).clean(source)
    renamed = re.sub(rf' src="{mark}(remote-src|attachment)/', r' data-\1="', marked)
    return _cleaner(_keep).clean(renamed)


def _mark() -> str:
    """Begins a value that is renamed in the next step. A guess at it is hopeless, and to nh3 it is an ordinary URL."""
    return f"https://{secrets.token_hex(8)}/"


def _keep(tag: str, name: str, value: str) -> str | None:
    """The checks on values that hold for everything that is stored."""
    match name:
        case "href":
            return value if LINK.match(value) else None
        case "src":
            return value if INLINE_IMAGE.fullmatch(value) else None
        case "data-remote-src":
            return value if REMOTE.match(value) else None
        case "data-attachment":
            return value if NUMBER.fullmatch(value) else None
        case "style":
            return None if "\\" in value or "(" in value.replace("rgb(", "").replace("rgba(", "") else value
    return value


def _cleaner(choose: AttributeFilter, relative: Callable[[str], str | None] | None = None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        clean_content_tags=DROPPED_WITH_CONTENT,
        attributes=ATTRIBUTES,
        attribute_filter=choose,
        strip_comments=True,
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative=relative or "deny",
        filter_style_properties=STYLES,
    )


# --- limits ----------------------------------------------------------------------------------------------------------

TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{1200,}")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
ASCII_LOWER = {code: code + 32 for code in range(65, 91)}


def reason_for_text(source: str) -> str:
    """Why this HTML is shown as text; empty if it need not be."""
    if len(source) > MAX_HTML:
        return f"The HTML has {len(source)} characters; the limit is {MAX_HTML}."
    for tag in LONG_TAG.findall(source):
        if len(re.findall(r"[\s/]+[^\s/]", QUOTED.sub("", tag))) > MAX_TAG_ATTRIBUTES:
            return f"A tag has more than {MAX_TAG_ATTRIBUTES} attributes."
    return _too_deep(_without(source, "<!--", "-->"))


def _too_deep(source: str) -> str:
    counts: dict[str, int] = {}
    depth = formatting = 0
    for closing, name in TAG_NAME.findall(source):
        name = name.translate(ASCII_LOWER)
        if name in UNCOUNTED:
            continue
        step = (-1 if counts.get(name) else 0) if closing else 1
        counts[name] = counts.get(name, 0) + step
        depth += step
        formatting += step if name in FORMATTING else 0
        if depth > MAX_NESTING:
            return f"The HTML is nested more than {MAX_NESTING} levels deep."
        if formatting > MAX_OPEN_FORMATTING:
            return f"More than {MAX_OPEN_FORMATTING} formatting elements are open at once."
    return ""


# --- the text form of HTML that is not sanitised ---------------------------------------------------------------------


def strip_tags(source: str) -> str:
    """Readable text of any HTML in linear time: the safe way out for HTML beyond a limit."""
    source = _without(source, "<!--", "-->")
    for name in ("script", "style", "head", "title"):
        source = _without(source, rf"<{name}(?![a-z0-9])", rf"</{name}(?![a-z0-9])[^<>]*>?")
    source = re.sub(r"(?i)<(?:br|/?p|/?div|/tr|/?li|/?h[1-6]|/?blockquote)(?![a-z0-9])[^<>]*>", "\n", source)
    source = re.sub(r"(?i)</t[dh](?![a-z0-9])[^<>]*>", " ", source)
    text = html_entities.unescape(re.sub(r"<[^<>]*>", "", source))
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def _without(source: str, opening: str, closing: str) -> str:
    """The source without everything from an opening to the next closing pattern; what is never closed goes too."""
    begins, ends = re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE)
    kept: list[str] = []
    position = 0
    while begin := begins.search(source, position):
        kept.append(source[position : begin.start()])
        end = ends.search(source, begin.end())
        if end is None:
            return "".join(kept)
        position = end.end()
    return "".join(kept) + source[position:]


def text_as_html(text: str) -> str:
    """Paragraphs and line breaks of a text, in the form that `clean` leaves as it is."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", text.strip())
    joined = "".join(f"<p>{_escape(part)}</p>" for part in paragraphs if part)
    return joined.replace("\n", "<br>")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\xa0", "&nbsp;")

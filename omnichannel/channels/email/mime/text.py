"""Readable text: from sanitised HTML, and from format=flowed (RFC 3676)."""

from __future__ import annotations

import html as html_entities
import re

TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)(?: [a-z-]+=\"[^\"]*\")*>|([^<]+)")
PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "figure"})
BLOCKS = PARAGRAPHS.union(
    ("div", "tr", "li", "dt", "dd", "blockquote", "center", "address", "article", "aside", "section"),
    ("header", "footer", "main", "nav", "caption", "details", "figcaption", "summary"),
)


class _Writer:
    """Collects lines; knows how deep in quotations it is."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes = 0
        self.preformatted = 0

    def text(self, text: str) -> None:
        if self.preformatted:
            first, *others = text.split("\n")
            self.line.append(first)
            for other in others:
                self.end_line()
                self.line.append(other)
            return
        words = " ".join(text.replace("\xa0", " ").split())
        if words or (text and self.line):
            lead = " " if text[:1].isspace() and self.line else ""
            tail = " " if text[-1:].isspace() and words else ""
            self.line.append(f"{lead}{words}{tail}")

    def end_line(self, *, always: bool = True) -> None:
        text = re.sub(r"  +", " ", "".join(self.line)).strip() if not self.preformatted else "".join(self.line).rstrip()
        self.line = []
        if text or always:
            self.lines.append(("> " * self.quotes + text).rstrip())

    def blank_line(self) -> None:
        self.end_line(always=False)
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(("> " * self.quotes).rstrip())

    def tag(self, name: str, closing: bool) -> None:
        if name == "br":
            self.end_line()
        elif name == "hr":
            self.end_line(always=False)
            self.lines.append("> " * self.quotes + "_" * 32)
        elif name in ("td", "th") and closing:
            self.line.append(" ")
        elif name in BLOCKS:
            self.block(name, closing)

    def block(self, name: str, closing: bool) -> None:
        self.blank_line() if name in PARAGRAPHS else self.end_line(always=False)
        step = -1 if closing else 1
        if name == "blockquote":
            self.quotes = max(0, self.quotes + step)
        elif name == "pre":
            self.preformatted = max(0, self.preformatted + step)
        elif name == "li" and not closing:
            self.line.append("* ")


def html_to_text(cleaned: str) -> str:
    """The text of HTML that came out of `clean`. Quotations are marked with `> `."""
    writer = _Writer()
    for closing, name, text in TOKEN.findall(cleaned):
        if name:
            writer.tag(name, bool(closing))
        else:
            writer.text(html_entities.unescape(text))
    writer.end_line(always=False)
    return squeeze("\n".join(writer.lines))


def squeeze(text: str) -> str:
    """At most one empty line in a row, none at the ends."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()


def unflow(text: str, *, delete_space: bool) -> str:
    """Joins the lines that a format=flowed mailer broke. `delete_space` is the parameter DelSp=yes."""
    lines: list[list[str]] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        flowed = content.endswith(" ") and content != "-- "
        if open_depth == depth and content != "-- ":
            lines[-1].append(content)
        else:
            lines.append([(">" * depth + " " if depth else "") + content])
        if flowed and delete_space:
            lines[-1][-1] = lines[-1][-1][:-1]
        open_depth = depth if flowed else None
    return "\n".join("".join(pieces) for pieces in lines)

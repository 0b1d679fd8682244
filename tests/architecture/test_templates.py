"""Templates hold no code and stay small; islands and style sheets too."""

import re
from pathlib import Path

import pytest

from tests.architecture import sources

LONGEST = 150  # lines of a template
ISLAND = 120  # lines of a JavaScript island
INLINE = {
    "a style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a script of its own": re.compile(r"<script(?![^>]*(\bsrc=|type=.application/json))[^>]*>", re.IGNORECASE),
    "an evaluated htmx value": re.compile(r"hx-on[:-]|hx-vals=['\"]js:|\[event\."),
    "unescaped text": re.compile(r"\|\s*safe\b|autoescape off"),
}
# The document inside the sandboxed frame of a mail: a policy of its own allows its styles, and no script at all.
# Help texts of forms are Django's and ours, never a customer's, and may hold links.
ALLOWED = {
    "a style element": {"templates/omnichannel/frame.html"},
    "unescaped text": {"templates/omnichannel/frame.html", "templates/components/field.html"},
}
# Mail clients know no style sheets: these are never shown on our own pages.
MAILS = re.compile(r"(^|/)mail/")


def is_mail(path: Path) -> bool:
    return bool(MAILS.search(sources.name(path)))


def without_comments(path: Path) -> str:
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"{#.*?#}", "", text)


@pytest.mark.parametrize("what", INLINE)
def test_no_template_has(what: str) -> None:
    pages = [path for path in sources.templates() if not is_mail(path)]
    found = {sources.name(path) for path in pages if INLINE[what].search(without_comments(path))}

    assert len(pages) > 20
    assert found == ALLOWED.get(what, set())


def test_no_template_is_long() -> None:
    sizes = {sources.name(path): len(path.read_text().splitlines()) for path in sources.templates()}

    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}


def test_no_island_is_long() -> None:
    islands = sorted((sources.REPOSITORY / "static" / "js" / "islands").glob("*.js"))

    assert len(islands) > 5
    assert [sources.name(path) for path in islands if len(path.read_text().splitlines()) > ISLAND] == []


def test_no_script_writes_markup_of_its_own() -> None:
    scripts = sorted((sources.REPOSITORY / "static").rglob("*.js"))
    dangerous = re.compile(r"\beval\(|new Function\(|document\.write|insertAdjacentHTML|outerHTML\s*=")

    assert [sources.name(path) for path in scripts if dangerous.search(path.read_text())] == []

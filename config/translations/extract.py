"""Every text that the product wraps for translation, from Python files and templates."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract_python
from django.conf import settings
from django.utils.translation.template import templatize

FOLDERS = ("config", "kernel", "crm", "onsite", "omnichannel", "feedback", "journeys", "templates")
KEYWORDS: dict[str, tuple[str, ...]] = {
    "gettext": ("id",),
    "gettext_lazy": ("id",),
    "gettext_noop": ("id",),
    "_": ("id",),
    "kept": ("id",),
    "noted": ("id",),
    "ngettext": ("id", "plural"),
    "ngettext_lazy": ("id", "plural"),
    "pgettext": ("context", "id"),
    "pgettext_lazy": ("context", "id"),
    "npgettext": ("context", "id", "plural"),
    "npgettext_lazy": ("context", "id", "plural"),
}
# What Django's templatize makes of a template's tags: ` gettext(u'…') `, ` _("…") `.
CALL = re.compile(
    r"""\b(npgettext|ngettext|pgettext|gettext|_)\(((?:\s*u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*,?)+)"""
)


@dataclass(frozen=True)
class Text:
    """One text to translate and the file it is in (below the repository; no line, so that files change rarely)."""

    id: str
    plural: str
    context: str
    file: str

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.id


def all_texts() -> Iterator[Text]:
    for folder in FOLDERS:
        root = settings.BASE_DIR / folder
        for path in sorted(root.rglob("*.py")):
            if not {"tests", "migrations", "_example"} & set(path.relative_to(root).parts):
                yield from of_python(path)
        for path in sorted([*root.rglob("*.html"), *root.rglob("*.txt")]):
            if "tests" not in path.relative_to(root).parts:
                yield from of_template(path)


def of_python(path: Path) -> Iterator[Text]:
    with path.open("rb") as file:
        for _line, function, messages, _comments in extract_python(file, dict.fromkeys(KEYWORDS), [], {}):
            parts = messages if isinstance(messages, tuple | list) else (messages,)
            yield from _text(str(function), [part for part in parts if part is not None], path)


def of_template(path: Path) -> Iterator[Text]:
    source = templatize(path.read_text(), origin=str(path))
    for function, arguments in CALL.findall(source):
        parts = ast.literal_eval(f"[{arguments}]")
        yield from _text(function, parts, path)


def _text(function: str, parts: list[str], path: Path) -> Iterator[Text]:
    roles = KEYWORDS[function]
    if len(parts) < len(roles):
        return  # called with a variable: what it holds is wrapped where it is written
    named = dict(zip(roles, parts, strict=False))
    if named["id"]:
        file = str(path.relative_to(settings.BASE_DIR))
        yield Text(named["id"], named.get("plural", ""), named.get("context", ""), file)

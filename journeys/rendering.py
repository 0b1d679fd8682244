"""Messages of a journey: many people's at once in one call of the sandbox, then set in the mail's frame."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from feedback.models import Brand
from kernel import sandbox

CHILD = "journeys.rendering_child"
LIMITS = sandbox.Limits(cpu=5, wall=10.0, memory=512 << 20, input=16 << 20, output=32 << 20)
SYNTAX = sandbox.Limits(cpu=2, wall=4.0, memory=512 << 20, input=1 << 20, output=1 << 20)
_HOLE, _LEAVE = "@@message@@", "@@leave@@"
UNNAMED = Brand()


@dataclass(frozen=True)
class Draft:
    """Templates in the language chosen for one person, and what they may speak of."""

    language: str
    parts: Mapping[str, str]
    data: Mapping[str, Any]
    brand: Brand = UNNAMED
    unsubscribe: str = ""  # the address to leave by; "" for what is no marketing


@dataclass(frozen=True)
class Rendered:
    """`error` says why there is no message; else it is empty."""

    subject: str = ""
    text: str = ""
    html: str = ""
    error: str = ""


def in_language(texts: Mapping[str, Mapping[str, str]], language: str) -> tuple[str, Mapping[str, str]]:
    """Their own language, else the same without its region (`es` for `es-MX`), else the first one written."""
    own, written = _code(language), {_code(code): code for code in texts}
    for choice in (own, own.partition("-")[0]):
        if choice in written:
            return written[choice], texts[written[choice]]
    return next(iter(texts.items()))


def _code(language: str) -> str:
    """`es-mx`, however it was written: programs say es_MX too."""
    return language.replace("_", "-").lower()


def render(drafts: Sequence[Draft]) -> list[Rendered]:
    """One result for each draft, in order. Raises SandboxError when a template does not come to an end."""
    sources: dict[str, int] = {}
    messages = [{"use": sources.setdefault(_source(draft), len(sources)), "data": draft.data} for draft in drafts]
    work = {"texts": [json.loads(source) for source in sources], "messages": messages}
    payload = json.dumps(work, cls=DjangoJSONEncoder).encode()
    results = sandbox.run(CHILD, "render_all", payload, limits=LIMITS)
    return [_framed(draft, result) for draft, result in zip(drafts, results, strict=True)]


def _source(draft: Draft) -> str:
    return json.dumps({"subject": draft.parts["subject"], "text": draft.parts["text"]})


def _framed(draft: Draft, result: Mapping[str, str]) -> Rendered:
    if "error" in result:
        return Rendered(error=result["error"])
    subject = " ".join(result["subject"].split())[:500]
    before, after = _frame(draft.language, draft.brand, bool(draft.unsubscribe))
    html = before + paragraphs(result["text"]) + after.replace(_LEAVE, escape(draft.unsubscribe))
    return Rendered(subject, result["text"] + _foot(draft), html)


def _foot(draft: Draft) -> str:
    if not draft.unsubscribe:
        return ""
    with translation.override(draft.language):
        return "\n\n-- \n" + _("Unsubscribe: %(link)s") % {"link": draft.unsubscribe} + "\n"


def paragraphs(text: str) -> str:
    """Blank lines part paragraphs, single ones stay line breaks. Everything is escaped."""
    blocks = [block.strip() for block in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks if block)


@lru_cache(maxsize=200)
def _frame(language: str, brand: Brand, can_leave: bool) -> tuple[str, str]:
    """The mail's layout before and after the message, in the reader's language."""
    context = {"hole": _HOLE, "language": language, "brand": brand}
    context["leave"] = _LEAVE if can_leave else ""
    with translation.override(language):
        before, _hole, after = render_to_string("journeys/mail.html", context).partition(_HOLE)
    return before, after


def problem(template: str, known: Mapping[str, Sequence[str]]) -> str:
    """What is wrong with a Liquid template, in one sentence; "" if nothing is. `known`: what it may speak of, each with
    its names, or without any where these are not known before."""
    payload = json.dumps({"template": template, "known": known}).encode()
    try:
        found: Any = sandbox.run(CHILD, "problem", payload, limits=SYNTAX)
    except sandbox.SandboxError as error:
        return _("cannot be read: %(error)s") % {"error": error}
    if "filter" in found:
        return _("there is no filter called “%(name)s”.") % {"name": found["filter"]}
    if "name" in found:
        may = ", ".join(f"{root}.{name}" if name else root for root, names in known.items() for name in names or [""])
        return _("nothing is called “%(name)s” here; there are %(known)s.") % {"name": found["name"], "known": may}
    return str(found.get("syntax", ""))

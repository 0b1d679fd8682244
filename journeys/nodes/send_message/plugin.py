"""Config: {"texts": {"en": {"subject": "…", "text": "…"}, "es": {…}}, "purpose": "transactional" | "marketing",
"unreachable": "continue" | "end", "brand": "Casa Lumbre"}.

Subject and text are Liquid: `{{ contact.first_name }}`, `{{ event.total }}`, `{{ brand }}`. Blank lines part
paragraphs. Everybody gets the text in their own language, and in the first one given if there is none.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journeys.nodes.base import Answer, Config, Node, Send, nodes
from journeys.people import Person, Visit
from journeys.rendering import problem

PURPOSES = ("transactional", "marketing")
UNREACHABLE = ("continue", "end")
LONGEST = 20_000
KNOWN: dict[str, list[str]] = {"contact": list(Person(id=0).data), "event": [], "brand": []}


@nodes.register
class SendMessage(Node):
    slug = "send_message"
    label = gettext_lazy("Send a message")
    icon = "send"
    knot = "message"
    example = {
        "purpose": "transactional",
        "texts": {
            "en": {
                "subject": "Welcome, {{ contact.first_name }}",
                "text": "Hello {{ contact.first_name }},\n\nwelcome!",
            },
            "es": {
                "subject": "Hola, {{ contact.first_name }}",
                "text": "Hola, {{ contact.first_name }}:\n\n¡te damos la bienvenida!",
            },
        },
    }

    def branches(self, config: Config) -> dict[str, str | Promise]:
        if config.get("unreachable") == "end":
            return {"next": "", "unreachable": gettext_lazy("no way to reach them")}
        return {"next": ""}

    def problems(self, config: Config) -> list[str]:
        found = []
        if config.get("purpose", "transactional") not in PURPOSES:
            found.append(_("“purpose” must be one of %(known)s.") % {"known": ", ".join(PURPOSES)})
        if config.get("unreachable", "continue") not in UNREACHABLE:
            found.append(_("“unreachable” must be one of %(known)s.") % {"known": ", ".join(UNREACHABLE)})
        if not isinstance(config.get("brand", ""), str):
            found.append(_("“brand” must be the name that the mail shows above the message."))
        texts = config.get("texts")
        if not isinstance(texts, Mapping) or not texts:
            return [*found, _("“texts” must hold the message in at least one language.")]
        return found + [wrong for language, parts in texts.items() for wrong in self._text_problems(language, parts)]

    def _text_problems(self, language: str, parts: Any) -> list[str]:
        if not isinstance(parts, Mapping):
            return [_("“texts.%(language)s” must hold “subject” and “text”.") % {"language": language}]
        return [
            f"texts.{language}.{part}: {wrong}"
            for part in ("subject", "text")
            if (wrong := self._part_problem(parts.get(part)))
        ]

    def _part_problem(self, template: Any) -> str:
        if not isinstance(template, str) or not template.strip():
            return _("must not be empty.")
        if len(template) > LONGEST:
            return _("is longer than %(limit)s characters.") % {"limit": LONGEST}
        return problem(template, KNOWN)

    def summary(self, config: Config) -> str:
        first = next(iter(config["texts"].values()))
        return f"“{readable(first['subject'])}” · {', '.join(config['texts'])}"

    def visit(self, config: Config, visit: Visit) -> Answer:
        return Send(
            texts=config["texts"],
            data={
                "contact": visit.person.data,
                "event": dict(visit.entry.properties),
                "brand": config.get("brand", ""),
            },
            language=visit.person.language,
            purpose=config.get("purpose", "transactional"),
            brand=config.get("brand", ""),
            or_else="unreachable" if config.get("unreachable") == "end" else "next",
        )


def readable(template: str) -> str:
    """A template as a reader sees it: tags gone, values by their names ("Hello ‹first_name›")."""
    return re.sub(r"{{\s*(?:\w+\.)*(\w+).*?}}", r"‹\1›", re.sub(r"{%.*?%}", "", template))

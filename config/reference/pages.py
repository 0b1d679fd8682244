"""The pages, each from its registry."""

import inspect
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

from django.conf import settings as django_settings
from django.core.management import get_commands, load_command_class

from config.reference import settings
from crm.ledger import Fact, consume
from crm.ledger.fact import all_facts
from feedback.kinds.base import kinds
from journeys.conditions.base import conditions
from journeys.nodes.base import nodes
from kernel.registry import Registry
from omnichannel.channels.base import channels

APPS = ("config", "crm", "onsite", "omnichannel", "feedback", "journeys")
NOTE = "Written by `bin/manage reference --write` from the code; a test fails when it is out of date.\n"


def folder() -> Path:
    return Path(django_settings.BASE_DIR) / "docs" / "reference"


def pages() -> dict[str, str]:
    """File name → text."""
    return {
        "facts.md": facts(),
        "consumers.md": consumers(),
        "settings.md": environment(),
        "commands.md": commands(),
        "plug-ins.md": plug_ins(),
    }


def _page(title: str, about: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", about, "", *lines, "", NOTE])


def _table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


def _first_paragraph(thing: object) -> str:
    """Of its own docstring; an inherited one would say what the base is."""
    return inspect.cleandoc(getattr(thing, "__doc__", None) or "").partition("\n\n")[0]


def facts() -> str:
    ours = [(name, cls) for name, cls in sorted(all_facts().items()) if _is_ours(cls)]
    rows = ((f"`{name}`", str(cls.story), _fields(cls), cls.__module__.partition(".")[0]) for name, cls in ours)
    about = (
        "What the product publishes into the ledger. `contact_id`, `occurred_at` and `channel` belong to all of them."
    )
    return _page("Facts", about, _table(("name", "told as", "fields", "application"), rows))


def _is_ours(thing: object) -> bool:
    return "tests" not in getattr(thing, "__module__", "").split(".")


def _fields(cls: type[Fact]) -> str:
    common = {field.name for field in fields(Fact)}
    return ", ".join(f"`{field.name}`" for field in fields(cls) if field.name not in common)


def consumers() -> str:
    ours = sorted((c for c in consume.all_consumers() if _is_ours(c.react)), key=lambda consumer: consumer.name)
    rows = (
        (
            f"`{consumer.name}`",
            ", ".join(f"`{name}`" for name in consumer.names) or "every event",
            "whole batches" if consumer.batched else "one by one",
            _first_paragraph(consumer.react),
        )
        for consumer in ours
    )
    about = "Reactions to the ledger. Each has its own cursor, sees every event at least once and in commit order."
    return _page("Consumers", about, _table(("name", "of", "in", "does"), rows))


def environment() -> str:
    defaults = settings.read_by_the_code()
    rows = (
        (f"`{name}`", f"`{defaults[name]}`" if defaults.get(name) else "", text)
        for name, text in _explained(settings.OPERATORS)
    )
    own = ((f"`{name}`", text) for name, text in _explained(settings.INTERNAL))
    lines = [*_table(("variable", "default", "meaning"), rows), "", "## For the product's own tools", ""]
    return _page(
        "Settings", "Environment variables that an operator may set.", [*lines, *_table(("variable", "meaning"), own)]
    )


def _explained(meanings: dict[str, str]) -> list[tuple[str, str]]:
    read = settings.read_by_the_code()
    return [(name, text) for name, text in meanings.items() if name in read]


def commands() -> str:
    ours = sorted((name, app) for name, app in get_commands().items() if str(app).partition(".")[0] in APPS)
    rows = ((f"`{name}`", app, load_command_class(app, name).help) for name, app in ours)
    about = "`bin/manage COMMAND`, besides Django's own. Each explains its options with `--help`."
    return _page("Commands", about, _table(("command", "application", "does"), rows))


def plug_ins() -> str:
    lines = [line for what, registry in PLUG_INS for line in _registered(what, registry)]
    return _page("Plug-ins", "What is installed of each kind; how to add one: docs/recipes/.", lines)


PLUG_INS: tuple[tuple[str, Registry], ...] = (  # type: ignore[type-arg]
    ("Channels", channels),
    ("Kinds of surveys", kinds),
    ("Nodes of journeys", nodes),
    ("Conditions", conditions),
)


def _registered(what: str, registry: Registry) -> Iterator[str]:  # type: ignore[type-arg]
    ours = sorted((slug, plugin) for slug, plugin in registry if _is_ours(plugin))
    yield from ["", f"## {what}", ""]
    told = ((f"`{slug}`", str(plugin.label), _own_line(plugin)) for slug, plugin in ours)
    yield from _table(("slug", "label", "what it is"), told)


def _own_line(plugin: type) -> str:
    """A plug-in explains itself in its class or at the top of its module."""
    return _first_paragraph(plugin) or _first_paragraph(sys.modules[plugin.__module__])

"""What there is, is written down: facts, consumers, settings, commands, plug-ins. Links lead somewhere."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.reference import pages, settings
from tests.architecture import sources

PATH = re.compile(r"`([\w.]+/[\w/.-]+)`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_reference_pages_are_up_to_date() -> None:
    call_command("reference", "--check")


def test_reference_names_what_is_out_of_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "OPERATORS", {k: v for k, v in settings.OPERATORS.items() if k != "HILO_LOG"})

    with pytest.raises(CommandError, match="HILO_LOG is read by the code and explained nowhere"):
        call_command("reference", "--check", stdout=StringIO())


def test_every_fact_and_consumer_is_on_its_page() -> None:
    from crm.ledger import consume
    from crm.ledger.fact import all_facts

    facts, consumers = pages.facts(), pages.consumers()

    assert [n for n, cls in all_facts().items() if ".tests" not in cls.__module__ and f"`{n}`" not in facts] == []
    ours = [
        c for c in consume.all_consumers() if ".tests" not in c.react.__module__ and not c.name.startswith("tests.")
    ]
    assert [consumer.name for consumer in ours if f"`{consumer.name}`" not in consumers] == []


def test_what_a_consumer_does_is_told_to_the_end() -> None:
    rows = [line for line in pages.consumers().splitlines() if line.startswith("| `")]

    assert [row for row in rows if not row.endswith(". |")] == []
    assert "a person enters once for an event, and a wait that has ended is gone. |" in pages.consumers()


def documents() -> list[Path]:
    root = sources.REPOSITORY
    return [*root.glob("*.md"), *(root / "docs").rglob("*.md")]


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{sources.name(page)}: {target}"
        for page in documents()
        for target in LINK.findall(page.read_text())
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_files_that_a_document_names_exist() -> None:
    """Whatever looks like a path from the top of the repository: a reader opens it. What is made is not there yet."""
    made_later = {line.rstrip("/") for line in (sources.REPOSITORY / ".gitignore").read_text().splitlines()}
    folders = {entry.name for entry in sources.REPOSITORY.iterdir() if entry.is_dir()} - made_later
    gone = [
        f"{sources.name(page)}: {path}"
        for page in documents()
        for path in PATH.findall(page.read_text())
        if path.partition("/")[0] in folders and not (sources.REPOSITORY / path).exists()
    ]

    assert gone == []


def test_every_dependency_has_its_reason() -> None:
    """The first block of requirements.txt is what our code names; docs/dependencies.md says why each is there."""
    first_block = (sources.REPOSITORY / "requirements.txt").read_text().partition("\n\n")[0]
    reasons = (sources.REPOSITORY / "docs" / "dependencies.md").read_text().lower()
    wanted = [line.partition("==")[0].partition("[")[0] for line in first_block.splitlines() if "==" in line]

    assert [name for name in wanted if name.lower() not in reasons] == []

from gettext import GNUTranslations
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from config.translations import catalogue, extract

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext

greeting = _("Hello %(name)s")
count = ngettext("one row", "%d rows", 2)
may = pgettext("month", "May")
dynamic = _(greeting)
"""
TEMPLATE = """{% load i18n %}
<h1>{% translate "Inbox" %}</h1>
{% blocktranslate trimmed count n=rows %}{{ n }} conversation{% plural %}{{ n }} conversations{% endblocktranslate %}
{% include "x.html" with label=_("It's “quoted”") %}
"""
PART = """
msgid "Inbox"
msgstr "Bandeja"

msgid "Hello %(name)s"
msgstr "Hola, %(name)s"

msgid "one row"
msgid_plural "%d rows"
msgstr[0] "una fila"
msgstr[1] "%d filas"

msgctxt "month"
msgid "May"
msgstr "mayo"

msgid "%(n)s conversation"
msgid_plural "%(n)s conversations"
msgstr[0] "%(n)s conversación"
msgstr[1] "%(n)s conversaciones"

msgid "It's “quoted”"
msgstr "Va «entre comillas»"

msgid "Nobody says this any more"
msgstr "Ya no lo dice nadie"
"""


@pytest.fixture
def project(tmp_path: Path, settings: Settings) -> Path:
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    (tmp_path / "crm" / "tests").mkdir(parents=True)
    (tmp_path / "crm" / "verbs.py").write_text(CODE)
    (tmp_path / "crm" / "tests" / "test_verbs.py").write_text('_("never shown")')
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def drop_part(project: Path, content: str = PART) -> Path:
    part = project / "locale" / "es" / "parts" / "inbox.po"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(content)
    return part


def run(option: str) -> str:
    out = StringIO()
    call_command("messages", option, stdout=out)
    return out.getvalue()


def test_extract_finds_texts_of_python_and_templates(project: Path) -> None:
    found = {(text.context, text.id, text.plural) for text in extract.all_texts()}

    assert found == {
        ("", "Hello %(name)s", ""),
        ("", "one row", "%d rows"),
        ("month", "May", ""),
        ("", "Inbox", ""),
        ("", "%(n)s conversation", "%(n)s conversations"),
        ("", "It's “quoted”", ""),
    }


def test_check_names_every_missing_text(project: Path) -> None:
    with pytest.raises(CommandError) as caught:
        run("--check")

    assert "es: missing: 'Inbox' (templates/page.html)" in str(caught.value)
    assert str(caught.value).splitlines()[-1] == (
        "6 problems. `bin/manage messages --update` collects the texts and drops old ones; "
        "then write what is missing or wrong into locale/…/LC_MESSAGES/django.po."
    )


def test_update_merges_parts_and_makes_the_catalogue_complete(project: Path) -> None:
    part = drop_part(project)

    assert run("--update") == "es: 6 texts, 0 to translate\n"
    assert not part.exists()
    assert "Ya no lo dice nadie" not in catalogue.file_of("es").read_text()
    assert run("--check") == "6 texts complete in every language.\n"


def test_update_twice_changes_nothing(project: Path) -> None:
    drop_part(project)
    run("--update")
    before = catalogue.file_of("es").read_text()

    run("--update")

    assert catalogue.file_of("es").read_text() == before


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ('msgid "Inbox"\nmsgstr ""', "es: not translated: 'Inbox' (templates/page.html)"),
        ('#, fuzzy\nmsgid "Inbox"\nmsgstr "Bandeja"', "es: fuzzy: 'Inbox'"),
        ('msgid "Old"\nmsgstr "Viejo"', "es: obsolete: 'Old'"),
        (
            'msgid "Hello %(name)s"\nmsgstr "Hola, %(nombre)s"',
            "es: placeholders differ: 'Hello %(name)s' → 'Hola, %(nombre)s'",
        ),
    ],
)
def test_check_finds_what_is_wrong_with_an_entry(project: Path, broken: str, complaint: str) -> None:
    catalogue.file_of("es").parent.mkdir(parents=True)
    catalogue.file_of("es").write_text(broken + "\n")

    assert complaint in list(catalogue.problems("es", extract.all_texts()))


def test_compile_writes_catalogue_and_parts_for_django(project: Path) -> None:
    drop_part(project)
    run("--compile")

    with catalogue.file_of("es").with_suffix(".mo").open("rb") as file:
        spanish = GNUTranslations(file)
    assert spanish.gettext("Inbox") == "Bandeja"
    assert spanish.ngettext("one row", "%d rows", 3) == "%d filas"
    assert spanish.pgettext("month", "May") == "mayo"

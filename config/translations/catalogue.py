"""locale/<language>/LC_MESSAGES/django.po: read, bring up to date, check, compile.

The file is sorted by text and holds no line numbers, so that two people who add texts rarely meet in one place.
Parts (locale/<language>/parts/*.po) are small files that a piece of work brings along; an update merges them.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message
from django.conf import settings

from config.translations.extract import Text

PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif]|\{\w*\}|%%")


def languages() -> list[str]:
    """Those that need a catalogue: the texts in the code are English already."""
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def folder(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language


def file_of(language: str) -> Path:
    return folder(language) / "LC_MESSAGES" / "django.po"


def parts_of(language: str) -> list[Path]:
    return sorted((folder(language) / "parts").glob("*.po"))


def read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(language, domain="django")
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language, domain="django")


def known(language: str) -> dict[tuple[str, str], Message]:
    """All translations there are: the catalogue's, and over them those of the parts."""
    found: dict[tuple[str, str], Message] = {}
    for path in [file_of(language), *parts_of(language)]:
        found.update((key(message), message) for message in read(path, language) if message.id and is_whole(message))
    return found


def key(message: Message) -> tuple[str, str]:
    first = message.id[0] if isinstance(message.id, list | tuple) else message.id
    return message.context or "", str(first)


def strings(message: Message) -> list[str]:
    found = message.string if isinstance(message.string, list | tuple) else [message.string]
    return [str(text) for text in found]


def is_whole(message: Message) -> bool:
    return all(strings(message)) and not message.fuzzy


def build(language: str, texts: Iterable[Text]) -> Catalog:
    """The catalogue as it should be: every text of the code, translated where a translation is known."""
    catalogue = Catalog(language, domain="django", project="Hilo", version="1", fuzzy=False)
    translations = known(language)
    for text in sorted(texts, key=lambda text: (text.id.lower(), text.id, text.context)):
        message_id = (text.id, text.plural) if text.plural else text.id
        catalogue.add(message_id, _string(text, translations), context=text.context or None, locations=[(text.file, 0)])
    return catalogue


def _string(text: Text, translations: dict[tuple[str, str], Message]) -> str | tuple[str, ...]:
    message = translations.get(text.key)
    if message is None:
        return ("", "") if text.plural else ""
    found = strings(message)
    if text.plural:
        return (found[0], found[-1])
    return found[0]


def write(language: str, catalogue: Catalog) -> None:
    path = file_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    name = catalogue.locale.english_name if catalogue.locale else language
    catalogue.header_comment = f"# Hilo in {name}; kept by `bin/manage messages --update`."
    with path.open("wb") as file:
        pofile.write_po(file, catalogue, width=120, omit_header=False, include_lineno=False, ignore_obsolete=True)
    text = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid).*\n',
        "",
        path.read_text(),
        flags=re.MULTILINE,
    )
    path.write_text(text)


def compile_all() -> list[Path]:
    """The .mo files that Django reads, from the catalogues and from parts not merged yet."""
    written = []
    for language in languages():
        catalogue = read(file_of(language), language)
        for part in parts_of(language):
            for message in read(part, language):
                if message.id and is_whole(message):
                    catalogue.add(message.id, message.string, context=message.context)
        target = file_of(language).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            mofile.write_mo(file, catalogue)
        written.append(target)
    return written


def problems(language: str, texts: Iterable[Text]) -> Iterator[str]:
    """What is missing, fuzzy, obsolete or broken, one sentence each."""
    catalogue = {key(message): message for message in read(file_of(language), language) if message.id}
    wanted = {text.key: text for text in texts}
    for place, text in wanted.items():
        message = catalogue.get(place)
        if message is None:
            yield f"{language}: missing: {text.id!r} ({text.file})"
        else:
            yield from _problems_of(language, message, text)
    for _context, obsolete in sorted(set(catalogue) - set(wanted)):
        yield f"{language}: obsolete: {obsolete!r}"


def _problems_of(language: str, message: Message, text: Text) -> Iterator[str]:
    if message.fuzzy:
        yield f"{language}: fuzzy: {text.id!r}"
    if not all(strings(message)):
        yield f"{language}: not translated: {text.id!r} ({text.file})"
        return
    allowed = [placeholders(text.id), placeholders(text.plural or text.id)]
    for string in strings(message):
        if placeholders(string) not in allowed:
            yield f"{language}: placeholders differ: {text.id!r} → {string!r}"


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))

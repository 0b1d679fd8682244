"""In which of the product's languages somebody wrote, asked only where nobody said it.

py3langid looks at character sequences. Its model takes a second to load and some 100 MB, once for all processes that
are forked afterwards. Neighbours of our languages are candidates too: a German mail is not taken for an English one.
"""

from functools import cache
from typing import Any

from django.conf import settings

NEIGHBOURS = ("ca", "de", "fr", "it", "nl", "pt")
LOOKED_AT = 2000  # characters
ENOUGH = 12  # letters; of fewer it says little more than chance


@cache
def load() -> Any:
    from py3langid import langid  # a process that reads no mail needs neither this nor numpy

    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    model.set_languages([*_ours(), *NEIGHBOURS])
    return model


def language_of(text: str, *, said: str = "") -> str:
    """A code of LANGUAGES, "" in doubt. `said`: the writer's program named languages (Content-Language, RFC 3282); the
    first one counts if it is one of ours."""
    declared = said.partition(",")[0].partition("-")[0].strip().lower()
    if declared in _ours():
        return declared
    text = text[:LOOKED_AT]
    if sum(map(str.isalpha, text)) < ENOUGH:
        return ""
    language = str(load().classify(text)[0])
    return language if language in _ours() else ""


def _ours() -> list[str]:
    return [code for code, _ in settings.LANGUAGES]

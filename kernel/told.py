"""Sentences that rows and logs keep in English, as APIs give them, and that pages tell in the reader's language.

    TOO_LARGE = kept("The mail has {size} bytes; the limit is {limit}.")
    row.error = TOO_LARGE.format(size=…, limit=…)
    {{ row.error|told }}

Nothing but the sentence is kept: telling finds out again what it was made from, so it also works for rows of long ago.
"""

import re

_sentences: list[tuple[re.Pattern[str], str]] = []
_BLANK = re.compile(r"\{(\w+)\}")


def kept(sentence: str) -> str:
    """The sentence itself, known to `told` from now on; its blanks are `{names}`. Literals are translated."""
    words = _BLANK.split(sentence)
    pattern = "".join(f"(?P<{word}>.*)" if place % 2 else re.escape(word) for place, word in enumerate(words))
    _sentences.append((re.compile(pattern, re.DOTALL), sentence))
    _sentences.sort(key=lambda known: -len(_BLANK.sub("", known[1])))  # the one that says most of it wins
    return sentence


def told(text: str) -> str:
    """In the language that is active; what is no kept sentence, such as a server's own words, stays as it is. A blank
    may hold one too."""
    from django.utils.translation import gettext  # processes without Django keep sentences as well

    for pattern, sentence in _sentences:
        if match := pattern.fullmatch(text):
            return gettext(sentence).format(**{name: told(value) for name, value in match.groupdict().items()})
    return text

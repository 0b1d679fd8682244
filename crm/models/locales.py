"""Languages and time zones as people, programs and browsers say them."""

import re
from functools import cache
from zoneinfo import available_timezones

_TAG = re.compile(r"([a-z]{2,3})(?:-[A-Za-z0-9]{2,8})*")  # the shape of BCP 47
_SPOKEN = re.compile(r"([a-z]{2,3})(?:[-_.@].*)?", re.DOTALL)  # also en_US.UTF-8, as programs have it


@cache
def _timezones() -> frozenset[str]:
    """Asked of the disk, some six hundred files."""
    return frozenset(available_timezones())


def is_timezone(name: str) -> bool:
    return name in _timezones()


def timezone_choices() -> list[tuple[str, str]]:
    """For forms, which ask when they are shown: no start waits for the disk."""
    return [(name, name) for name in sorted(_timezones())]


def is_language(tag: str) -> bool:
    return _TAG.fullmatch(tag) is not None


def language_of(locale: str) -> str:
    """The language alone: "es" for es-MX and es_ES. "" for what is no locale."""
    found = _SPOKEN.fullmatch(locale.strip().lower())
    return found[1] if found else ""


def timezone_of(name: str) -> str:
    """The zone by its name; "" for what is none."""
    return name.strip() if is_timezone(name.strip()) else ""

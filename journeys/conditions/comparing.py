"""Comparing what is known with what is wanted: {"property": "total", "op": "at_least", "value": 100}.

Values come from outside and have any type: a comparison that makes no sense is simply not true.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.ledger.fact import field_called

Config = Mapping[str, Any]


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, str) and isinstance(wanted, str):
        return found.casefold() == wanted.casefold()
    return bool(found == wanted)


def _contains(found: Any, wanted: Any) -> bool:
    if isinstance(found, str):
        return str(wanted).casefold() in found.casefold()
    return isinstance(found, list | tuple) and any(_same(item, wanted) for item in found)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _at_least(found: Any, wanted: Any) -> bool:
    one, other = _number(found), _number(wanted)
    return one is not None and other is not None and one >= other


def _at_most(found: Any, wanted: Any) -> bool:
    one, other = _number(found), _number(wanted)
    return one is not None and other is not None and one <= other


def _known(found: Any, wanted: Any) -> bool:
    return found not in (None, "", [], {})


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "is": _same,
    "is_not": lambda found, wanted: not _same(found, wanted),
    "contains": _contains,
    "at_least": _at_least,
    "at_most": _at_most,
    "known": _known,
    "unknown": lambda found, wanted: not _known(found, wanted),
}
LABELS = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "contains": gettext_lazy("contains"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "known": gettext_lazy("is known"),
    "unknown": gettext_lazy("is not known"),
}
WITHOUT_VALUE = ("known", "unknown")


def compare(found: Any, config: Config) -> bool:
    return OPERATORS[config["op"]](found, config.get("value"))


def dig(data: Any, path: str) -> Any:
    """`dig(properties, "order.total")`; None where there is nothing."""
    for part in path.split("."):
        if not isinstance(data, Mapping):
            return None
        data = data.get(part)
    return data


def problems(config: Config, *, field: str) -> list[str]:
    """Of one comparison: `field` names the key that holds the property's or trait's name; "" if there is none."""
    found = []
    if field and not (isinstance(config.get(field), str) and config[field]):
        found.append(_("“%(field)s” must name what to look at.") % {"field": field})
    if config.get("op") not in list(OPERATORS):
        found.append(_("“op” must be one of %(known)s.") % {"known": ", ".join(OPERATORS)})
    elif config["op"] not in WITHOUT_VALUE and not isinstance(config.get("value"), str | int | float | bool):
        found.append(_("“value” must be a text, a number or true or false."))
    return found


def told(name: str, config: Config) -> str:
    """ "total is at least 100", "written by a program: no"."""
    wanted = config.get("value")
    if isinstance(wanted, bool) and config.get("op") in ("is", "is_not"):
        return f"{name}: {_('yes') if wanted == (config['op'] == 'is') else _('no')}"
    value = "" if config.get("op") in WITHOUT_VALUE else f" {wanted}"
    return f"{name} {LABELS.get(config.get('op', ''), '')}{value}"


def satisfied(where: Sequence[Config], properties: Mapping[str, Any]) -> bool:
    """All comparisons of a property filter hold; an empty filter lets everything through."""
    return all(compare(dig(properties, config["property"]), config) for config in where)


def filter_problems(where: Any) -> list[str]:
    if not isinstance(where, list) or not all(isinstance(config, Mapping) for config in where):
        return [_("“where” must be a list of comparisons.")]
    return [problem for config in where for problem in problems(config, field="property")]


def filter_told(event: str, where: Sequence[Config]) -> str:
    """`event` may have names for its properties."""
    return " · ".join(told(field_called(event, str(config.get("property"))), config) for config in where)

"""What a condition is: a folder in journeys/conditions/ with a class in `plugin.py`.

Recipe: docs/recipes/add-a-condition.md.

`gather` is asked once for many people, `holds` once for each: a condition costs one query for a whole batch.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from journeys.people import Visit
from kernel.registry import Registry

Config = Mapping[str, Any]


class Condition:
    slug: ClassVar[str]
    label: ClassVar[str | Promise]
    example: ClassVar[dict[str, Any]] = {}

    def problems(self, config: Config) -> list[str]:
        """Sentences about what is wrong with the settings. Must bear any JSON."""
        return []

    def summary(self, config: Config) -> str:
        return str(self.label)

    def gather(self, journey_id: int, contact_ids: Sequence[int]) -> dict[int, Any]:
        """What this condition needs to know beyond the person and the event: contact id → value.

        In one query, beside the two of `families` where several merged records must be read as one person.
        """
        return {}

    def holds(self, config: Config, visit: Visit) -> bool:
        """`visit.known.get(self.slug)` is what was gathered for this person."""
        raise NotImplementedError(f"{type(self).__name__} must implement holds().")


conditions: Registry[Condition] = Registry(
    "condition", base=Condition, package="journeys.conditions", declares=("example",)
)


def condition_of(config: Any) -> Condition:
    """Raises LookupError naming the known kinds."""
    slug = config.get("type", "") if isinstance(config, Mapping) else ""
    return conditions.get(slug if isinstance(slug, str) else "")()


def problems_of(config: Any) -> list[str]:
    if not isinstance(config, Mapping):
        return [_("A condition must be an object with a “type”.")]
    try:
        return condition_of(config).problems(config)
    except LookupError as error:
        return [str(error)]

"""Config: {"type": "example", "at_least": 2}: has so many tags or more.

What a condition needs beyond the person and the event it gathers for everybody at once, in one query.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Contact
from crm.models.families import families, spread, survivors
from journeys.conditions.base import Condition, Config, conditions
from journeys.people import Visit


@conditions.register
class Example(Condition):
    slug = "example"
    label = gettext_lazy("Number of tags")
    example = {"type": "example", "at_least": 2}

    def problems(self, config: Config) -> list[str]:
        number = config.get("at_least")
        if isinstance(number, bool) or not isinstance(number, int):
            return [_("“at_least” must be a number.")]
        return []

    def summary(self, config: Config) -> str:
        return _("%(number)s tags or more") % {"number": config["at_least"]}

    def gather(self, journey_id: int, contact_ids: Sequence[int]) -> dict[int, Any]:
        """How many different tags each has, over all their merged records."""
        people = families(contact_ids)
        owner, tags = survivors(people), defaultdict[int, set[int]](set)
        for contact, tag in Contact.objects.filter(pk__in=owner, tags__isnull=False).values_list("pk", "tags"):
            tags[owner[contact]].add(tag)
        return spread({contact: len(found) for contact, found in tags.items()}, people)

    def holds(self, config: Config, visit: Visit) -> bool:
        return bool(visit.known.get(self.slug, 0) >= config["at_least"])

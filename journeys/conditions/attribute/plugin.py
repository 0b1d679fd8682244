"""Config: {"type": "attribute", "attribute": "language", "op": "is", "value": "es"}."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journeys.conditions import comparing
from journeys.conditions.base import Condition, Config, conditions
from journeys.people import Visit

ATTRIBUTES = ("first_name", "last_name", "email", "company", "language", "timezone")


@conditions.register
class Attribute(Condition):
    slug = "attribute"
    label = gettext_lazy("A field of the contact")
    example = {"type": "attribute", "attribute": "language", "op": "is", "value": "es"}

    def problems(self, config: Config) -> list[str]:
        found = comparing.problems(config, field="")
        if config.get("attribute") not in list(ATTRIBUTES):
            found.append(_("“attribute” must be one of %(known)s.") % {"known": ", ".join(ATTRIBUTES)})
        return found

    def summary(self, config: Config) -> str:
        return comparing.told(config["attribute"], config)

    def holds(self, config: Config, visit: Visit) -> bool:
        return comparing.compare(getattr(visit.person, config["attribute"]), config)

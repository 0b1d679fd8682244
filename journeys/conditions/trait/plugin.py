"""Config: {"type": "trait", "trait": "plan", "op": "is", "value": "pro"}. Dots go deeper: "address.city"."""

from django.utils.translation import gettext_lazy

from journeys.conditions import comparing
from journeys.conditions.base import Condition, Config, conditions
from journeys.people import Visit


@conditions.register
class Trait(Condition):
    slug = "trait"
    label = gettext_lazy("A trait")
    example = {"type": "trait", "trait": "plan", "op": "is", "value": "pro"}

    def problems(self, config: Config) -> list[str]:
        return comparing.problems(config, field="trait")

    def summary(self, config: Config) -> str:
        return comparing.told(config["trait"], config)

    def holds(self, config: Config, visit: Visit) -> bool:
        return comparing.compare(comparing.dig(visit.person.traits, config["trait"]), config)

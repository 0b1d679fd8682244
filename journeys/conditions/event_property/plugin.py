"""Config: {"type": "event_property", "property": "total", "op": "at_least", "value": 100, "of": "entry" | "latest"}.

`entry` is the event that brought them onto the journey, `latest` the one that ended the last wait, if there was one.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journeys.conditions import comparing
from journeys.conditions.base import Condition, Config, conditions
from journeys.people import Visit


@conditions.register
class EventProperty(Condition):
    slug = "event_property"
    label = gettext_lazy("A property of the event")
    example = {"type": "event_property", "property": "total", "op": "at_least", "value": 100, "of": "entry"}

    def problems(self, config: Config) -> list[str]:
        found = comparing.problems(config, field="property")
        if config.get("of", "entry") not in ("entry", "latest"):
            found.append(_("“of” must be entry or latest."))
        return found

    def summary(self, config: Config) -> str:
        return comparing.told(config["property"], config)

    def holds(self, config: Config, visit: Visit) -> bool:
        happening = visit.latest if config.get("of") == "latest" else visit.entry
        return comparing.compare(comparing.dig(happening.properties, config["property"]), config)

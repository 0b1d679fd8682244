"""Config: {"type": "feeling", "op": "is", "value": "upset"}."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Feeling as Feelings
from journeys.conditions import comparing
from journeys.conditions.base import Condition, Config, conditions
from journeys.people import Visit

OPERATORS = ("is", "is_not", "known", "unknown")


@conditions.register
class Feeling(Condition):
    slug = "feeling"
    label = gettext_lazy("How they feel")
    example = {"type": "feeling", "op": "is", "value": "upset"}

    def problems(self, config: Config) -> list[str]:
        if config.get("op") not in list(OPERATORS):
            return [_("“op” must be one of %(known)s.") % {"known": ", ".join(OPERATORS)}]
        if config["op"] in ("is", "is_not") and config.get("value") not in list(Feelings.values):
            return [_("“value” must be one of %(known)s.") % {"known": ", ".join(Feelings.values)}]
        return []

    def summary(self, config: Config) -> str:
        told = {**config, "value": Feelings(config["value"]).label} if config.get("value") else config
        return comparing.told(_("feeling"), told)

    def holds(self, config: Config, visit: Visit) -> bool:
        return comparing.compare(visit.person.feeling, config)

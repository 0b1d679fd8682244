"""Config: {"type": "newcomer", "days": 1}: first seen at most so many days ago."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journeys.conditions.base import Condition, Config, conditions
from journeys.people import Visit


@conditions.register
class Newcomer(Condition):
    slug = "newcomer"
    label = gettext_lazy("New to us")
    example = {"type": "newcomer", "days": 1}

    def problems(self, config: Config) -> list[str]:
        days = config.get("days")
        if isinstance(days, bool) or not isinstance(days, int | float) or days <= 0:
            return [_("“days” must be a number greater than zero.")]
        return []

    def summary(self, config: Config) -> str:
        days = config["days"]
        plural = 1 if days == 1 else 2  # "0.5 days"
        return ngettext("known for at most %(days)s day", "known for at most %(days)s days", plural) % {"days": days}

    def holds(self, config: Config, visit: Visit) -> bool:
        return bool(visit.person.known_for_days <= config["days"])

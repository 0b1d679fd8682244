"""Config: {"type": "first_time"}: this person has never been on this journey before."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models.families import families, spread, survivors
from journeys.conditions.base import Condition, Config, conditions
from journeys.models import Enrolment
from journeys.people import Visit


@conditions.register
class FirstTime(Condition):
    slug = "first_time"
    label = gettext_lazy("First time on this journey")
    example = {"type": "first_time"}

    def summary(self, config: Config) -> str:
        return _("first time on this journey")

    def gather(self, journey_id: int, contact_ids: Sequence[int]) -> dict[int, Any]:
        """How often each has entered, as whichever of their merged records, this time included."""
        people = families(contact_ids)
        owner, times = survivors(people), Counter[int]()
        entered = Enrolment.objects.filter(journey_id=journey_id, contact__in=owner)
        for contact, number in entered.values_list("contact").annotate(Count("pk")).order_by():
            times[owner[contact]] += number
        return spread(times, people)

    def holds(self, config: Config, visit: Visit) -> bool:
        return bool(visit.known.get(self.slug, 1) <= 1)

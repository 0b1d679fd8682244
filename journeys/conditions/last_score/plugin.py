"""Config: {"type": "last_score", "op": "at_most", "value": 6}, optionally of one "survey": 3.

Only confirmed answers count.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models.families import families, spread, survivors
from feedback.models import Response
from journeys.conditions import comparing
from journeys.conditions.base import Condition, Config, conditions
from journeys.people import Visit


@conditions.register
class LastScore(Condition):
    slug = "last_score"
    label = gettext_lazy("Their last score")
    example = {"type": "last_score", "op": "at_most", "value": 6}

    def problems(self, config: Config) -> list[str]:
        survey = config.get("survey")
        wrong = survey is not None and (isinstance(survey, bool) or not isinstance(survey, int))
        found = [_("“survey” must be the number of a survey.")] if wrong else []
        return found + comparing.problems(config, field="")

    def summary(self, config: Config) -> str:
        return comparing.told(_("last score"), config)

    def gather(self, journey_id: int, contact_ids: Sequence[int]) -> dict[int, Any]:
        """Contact → {survey: score}; the newest answer to each survey, and under None the newest of all."""
        people = families(contact_ids)
        owner = survivors(people)
        answers = (
            Response.objects.confirmed()
            .filter(invitation__contact__in=owner)
            .order_by("submitted_at", "pk")
            .values_list("invitation__contact", "survey", "score")
        )
        scores: dict[int, dict[int | None, int | None]] = {}
        for contact, survey, score in answers:
            scores.setdefault(owner[contact], {}).update({survey: score, None: score})
        return spread(scores, people)

    def holds(self, config: Config, visit: Visit) -> bool:
        scores = visit.known.get(self.slug) or {}
        return comparing.compare(scores.get(config.get("survey")), config)

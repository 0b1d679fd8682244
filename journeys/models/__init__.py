"""The nouns of journeys."""

from journeys.models.enrolment import Enrolment, Step
from journeys.models.handover import Handover
from journeys.models.journey import Journey, Version
from journeys.models.waiting import Timer, Wait

__all__ = ["Enrolment", "Handover", "Journey", "Step", "Timer", "Version", "Wait"]

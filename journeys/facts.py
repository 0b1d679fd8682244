"""The facts that journeys publishes: entering and leaving. What happens in between is in its own log (Step)."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from crm.ledger import Fact, fact
from kernel.told import told


@dataclass(frozen=True, kw_only=True)
class _OfJourney(Fact):
    journey_id: int
    journey: str
    enrolment_id: int
    version: int = 0

    def topics(self) -> list[str]:
        return [f"journey:{self.journey_id}", "journeys:all"]


@fact
@dataclass(frozen=True, kw_only=True)
class JourneyEntered(_OfJourney):
    name: ClassVar = "journey.entered"
    story: ClassVar = _("Journey begun: {journey}")
    icon: ClassVar = "route"


@fact
@dataclass(frozen=True, kw_only=True)
class JourneyMoved(_OfJourney):
    """So many people went on to another place. One for all of them, and about nobody: screens want to know."""

    name: ClassVar = "journey.moved"
    story: ClassVar = _("People moved on: {journey}")
    icon: ClassVar = "route"
    enrolment_id: int = 0
    people: int = 0


@fact
@dataclass(frozen=True, kw_only=True)
class JourneyCompleted(_OfJourney):
    name: ClassVar = "journey.completed"
    story: ClassVar = _("Journey completed: {journey}")
    icon: ClassVar = "flag"
    reason: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class JourneyExited(_OfJourney):
    """A colleague took them out."""

    name: ClassVar = "journey.exited"
    story: ClassVar = _("Taken out of the journey {journey}: {reason}")
    words: ClassVar = {"reason": told}
    icon: ClassVar = "log-out"
    reason: str = ""


@fact
@dataclass(frozen=True, kw_only=True)
class JourneyFailed(_OfJourney):
    """The journey stands still for this person until somebody looks; nobody else is affected."""

    name: ClassVar = "journey.failed"
    story: ClassVar = _("Journey {journey} stopped: {reason}")
    words: ClassVar = {"reason": told}
    icon: ClassVar = "circle-alert"
    reason: str = ""

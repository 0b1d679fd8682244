"""The facts that feedback publishes. Test answers publish none."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from crm.ledger import Fact, fact


@dataclass(frozen=True, kw_only=True)
class _OfSurvey(Fact):
    survey_id: int
    survey: str
    metric: str  # the survey's kind: "nps"
    invitation_id: int
    conversation_id: int | None = None

    def topics(self) -> list[str]:
        return [f"conversation:{self.conversation_id}"] if self.conversation_id else []


@fact
@dataclass(frozen=True, kw_only=True)
class SurveySent(_OfSurvey):
    """The question is on its way; what becomes of the mail is told by the delivery's own facts."""

    name: ClassVar = "survey.sent"
    story: ClassVar = _("Asked: {survey}")
    icon: ClassVar = "send"


@fact
@dataclass(frozen=True, kw_only=True)
class SurveyReminded(_OfSurvey):
    """Asked once more, with a link of its own; the first one still works."""

    name: ClassVar = "survey.reminded"
    story: ClassVar = _("Reminded: {survey}")
    icon: ClassVar = "send"


@fact
@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(_OfSurvey):
    """A person confirmed a score. Clicks that nobody confirmed are not facts."""

    name: ClassVar = "survey.answered"
    story: ClassVar = _("Answered {survey}: {score}")
    label: ClassVar = _("survey answered")
    icon: ClassVar = "star"
    response_id: int
    score: int
    band: str


@fact
@dataclass(frozen=True, kw_only=True)
class ResponseChanged(_OfSurvey):
    """Another score than before, or none any more: the answer was taken back (`score` is then None)."""

    name: ClassVar = "survey.response_changed"
    story: ClassVar = _("Changed the answer to {survey}: {previous} → {told}")
    icon: ClassVar = "pencil"
    response_id: int
    score: int | None
    band: str
    previous: int
    told: str = "–"


@fact
@dataclass(frozen=True, kw_only=True)
class SurveyCommented(_OfSurvey):
    name: ClassVar = "survey.commented"
    story: ClassVar = _("Wrote about {survey}: {excerpt}")
    icon: ClassVar = "message-square"
    response_id: int
    excerpt: str = ""

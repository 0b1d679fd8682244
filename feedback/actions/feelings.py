"""How customers feel by what they answered, once an answer is taken back."""

from django.db import transaction

from crm.actions import contacts
from crm.facts import FeelingChanged
from crm.models import Event
from crm.models.families import Family
from feedback.facts import ResponseChanged, SurveyAnswered
from feedback.models import Response


@transaction.atomic
def take_back(response: Response, person: Family) -> None:
    """The feeling that came of this answer goes back to what the newest answer left says, or to none.

    What something newer said, a colleague or another answer, stays.
    """
    if _came_of(response, person):
        others = Response.objects.confirmed().filter(invitation__contact__in=person.member_ids).exclude(pk=response.pk)
        newest = others.select_related("survey").order_by("-submitted_at", "-pk").first()
        contacts.set_feeling(person.survivor_id, newest.feeling if newest else "")


def _came_of(response: Response, person: Family) -> bool:
    """Whether the last change of the feeling has this answer as its cause, as the ledger keeps it."""
    changes = Event.objects.filter(contact__in=person.member_ids, name=FeelingChanged.name).select_related("cause")
    last = changes.newest_first().first()
    cause = last.cause if last is not None else None
    told = (SurveyAnswered.name, ResponseChanged.name)
    return cause is not None and cause.name in told and cause.properties.get("response_id") == response.pk

"""How customers feel by what they answered, once an answer is taken back."""

from django.db import transaction

from crm.actions import contacts
from crm.facts import FeelingChanged
from crm.models import Event
from feedback.facts import ResponseChanged, SurveyAnswered
from feedback.models import Response


@transaction.atomic
def take_back(response: Response, contact_id: int) -> None:
    """The feeling that came of this answer goes back to what the newest answer left says, or to none.

    What something newer said, a colleague or another answer, stays.
    """
    if _came_of(response, contact_id):
        others = Response.objects.confirmed().filter(invitation__contact=contact_id).exclude(pk=response.pk)
        newest = others.select_related("survey").order_by("-submitted_at", "-pk").first()
        contacts.set_feeling(contact_id, newest.feeling if newest else "")


def _came_of(response: Response, contact_id: int) -> bool:
    """Whether the last change of the feeling has this answer as its cause, as the ledger keeps it."""
    changes = Event.objects.filter(contact=contact_id, name=FeelingChanged.name).select_related("cause")
    last = changes.newest_first().first()
    cause = last.cause if last is not None else None
    told = (SurveyAnswered.name, ResponseChanged.name)
    return cause is not None and cause.name in told and cause.properties.get("response_id") == response.pk

"""Closing the loop: an unhappy customer is called back, unless the answer was taken back before."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from crm.actions import tasks
from crm.models import Contact, Task
from crm.models.families import persons
from feedback.days import today
from feedback.models import Response

SATURDAY = 5


@transaction.atomic
def call_back(response: Response) -> Task | None:
    """Plan the call by the next working day, once for each response. None if nobody is to be called (any more).

    It goes to the owner of the contact, else to whoever resolved the conversation, else to nobody in particular. A
    record that was merged since is called back as the person it belongs to.
    """
    rows = Response.objects.select_for_update(no_key=True, of=("self",)).select_related("survey", "invitation__contact")
    response = rows.get(pk=response.pk)
    band, asked = response.survey.plugin.band(response.band), response.invitation.contact
    if response.follow_up_id is not None or band is None or not band.needs_care or asked is None:
        return None
    contact = persons([asked])[asked.pk]
    owner = contact.owner or response.invitation.agent
    with translation.override((owner.language if owner else "") or settings.LANGUAGE_CODE):
        title = _title(contact, response)
    task = tasks.plan(contact=contact, owner=owner, title=title, due_on=next_working_day(), by=None)
    response.follow_up = task
    response.save(update_fields=["follow_up"])
    return task


@transaction.atomic
def call_off(response: Response) -> None:
    """The answer was taken back: the call is not to be made any more. One that was made stays."""
    for task in Task.objects.select_for_update().filter(pk=response.follow_up_id or 0, done_at=None):
        tasks.drop(task, by=None)


def _title(contact: Contact, response: Response) -> str:
    values = {"name": contact.name, "metric": response.survey.plugin.short, "score": response.score}
    return _("Call back %(name)s (%(metric)s %(score)s)") % values


def next_working_day() -> date:
    """Tomorrow in the installation's time zone, over the weekend Monday."""
    day = today() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day

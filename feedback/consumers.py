"""Reactions of feedback to what happens. Each is safe to run twice."""

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.actions import contacts, tasks
from crm.ledger import on
from crm.models import Contact
from feedback.actions import invitations
from feedback.facts import ResponseChanged, SurveyAnswered
from feedback.models import Response, Survey
from omnichannel.facts import ConversationResolved
from omnichannel.models import Conversation, Message

SATURDAY = 5


@on(ConversationResolved)
def ask(fact: ConversationResolved) -> None:
    """A person closed a conversation in which the customer really wrote: ask, unless asked not long ago."""
    if fact.by_id is None or fact.contact_id is None:
        return
    conversation = Conversation.objects.select_related("inbox", "assignee").filter(pk=fact.conversation_id).first()
    if conversation is None or not _customer_wrote(conversation):
        return
    for survey in Survey.objects.asking_after(fact.name):
        invitations.invite(
            survey=survey,
            contact_id=fact.contact_id,
            cause_key=f"cycle:{fact.cycle_id}",
            conversation=conversation,
        )


def _customer_wrote(conversation: Conversation) -> bool:
    """Newsletters and out-of-office replies are resolved too; nobody is behind them who could be asked."""
    return conversation.messages.filter(direction=Message.Direction.INBOUND, automatic=False).exists()


@on(SurveyAnswered, ResponseChanged)
def feel(fact: SurveyAnswered | ResponseChanged) -> None:
    """What somebody says about us is how they feel: promoter glad, passive fine, detractor upset."""
    response = _current(fact)
    if response is not None and fact.contact_id is not None:
        contacts.set_feeling(fact.contact_id, response.feeling)


@on(SurveyAnswered, ResponseChanged)
def care(fact: SurveyAnswered | ResponseChanged) -> None:
    """An unhappy customer is called back by the next working day: one task for each response, however it changes."""
    response = _current(fact)
    if response is None or response.follow_up_id is not None:
        return
    band, contact = response.survey.plugin.band(response.band), response.invitation.contact
    if band is None or not band.needs_care or contact is None:
        return
    response.follow_up = tasks.plan(
        contact=contact,
        owner=contact.owner or response.invitation.agent,
        title=_title(contact, response),
        due_on=next_working_day(),
        by=None,
    )
    response.save(update_fields=["follow_up"])


def _current(fact: SurveyAnswered | ResponseChanged) -> Response | None:
    """The response as it is now, if it counts: facts may be read late, and the customer's last word is what holds."""
    confirmed = Response.objects.confirmed().select_related("survey", "invitation__agent", "invitation__contact__owner")
    return confirmed.filter(pk=fact.response_id).first()


def _title(contact: Contact, response: Response) -> str:
    """In the language of whom it is for, else the installation's."""
    owner = contact.owner or response.invitation.agent
    with translation.override((owner.language if owner else "") or settings.LANGUAGE_CODE):
        values = {"name": contact.name, "metric": response.survey.plugin.short, "score": response.score}
        return _("Call back %(name)s (%(metric)s %(score)s)") % values


def next_working_day() -> date:
    """Tomorrow in the installation's time zone, over the weekend Monday."""
    day = timezone.localdate() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day

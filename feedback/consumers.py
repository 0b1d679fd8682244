"""Reactions of feedback to what happens. Each is safe to run twice."""

from crm.actions import contacts
from crm.ledger import on
from crm.models.families import families
from feedback.actions import feelings, occasions
from feedback.actions.care import call_back, call_off
from feedback.facts import ResponseChanged, SurveyAnswered
from feedback.models import Response, Survey
from omnichannel.facts import ConversationResolved
from omnichannel.models import Conversation, Message


@on(ConversationResolved)
def ask(fact: ConversationResolved) -> None:
    """A person closed a conversation in which the customer really wrote: ask in a moment, unless it is open again then,
    or they were asked not long ago."""
    if fact.by_id is None or not Survey.objects.asking_after(fact.name).exists():
        return
    conversation = Conversation.objects.filter(pk=fact.conversation_id).first()
    if conversation is not None and _customer_wrote(conversation):
        occasions.note(conversation, cycle_id=fact.cycle_id)


def _customer_wrote(conversation: Conversation) -> bool:
    """Newsletters and out-of-office replies are resolved too; nobody is behind them who could be asked."""
    return conversation.messages.filter(direction=Message.Direction.INBOUND, automatic=False).exists()


@on(SurveyAnswered, ResponseChanged)
def feel(fact: SurveyAnswered | ResponseChanged) -> None:
    """What somebody says about us is how they feel: promoter glad, passive fine, detractor upset. What they take
    back, they no longer feel."""
    response = _current(fact)
    if response is None or fact.contact_id is None:
        return
    person = families([fact.contact_id])[fact.contact_id]
    if response.counts:
        contacts.set_feeling(person.survivor_id, response.feeling)
    else:
        feelings.take_back(response, person)


@on(SurveyAnswered, ResponseChanged)
def care(fact: SurveyAnswered | ResponseChanged) -> None:
    """An unhappy customer is called back, whether the first answer said so or a later one; nobody is called about an
    answer that was taken back."""
    response = _current(fact)
    if response is None:
        return
    if response.counts:
        call_back(response)
    else:
        call_off(response)


def _current(fact: SurveyAnswered | ResponseChanged) -> Response | None:
    """The response as it is now: facts may be read late, and the customer's last word is what holds."""
    whole = Response.objects.select_related("survey", "follow_up", "invitation__agent", "invitation__contact__owner")
    return whole.filter(pk=fact.response_id).first()

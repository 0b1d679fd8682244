"""The inbox on everybody's screen: each fact rendered for each viewer, with the viewer's own permissions."""

from datetime import datetime

from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe

from crm.ledger.fact import tell
from crm.models import Contact, Event, User
from crm.models.families import persons
from kernel.policies import agents_only
from kernel.realtime import News, Push, live, outdates, topic_guard, watch
from omnichannel import facts, fragments, listing, outbox, thread
from omnichannel.models import Conversation, Delivery, Inbox, Message
from omnichannel.models.message import MessageQuerySet


@topic_guard("conversation")
def sees_conversation(user: User, number: str) -> bool:
    return number.isdecimal() and Conversation.objects.visible_to(user).filter(pk=int(number[:18])).exists()


@topic_guard("inbox")
def sees_inbox(user: User, number: str) -> bool:
    return number.isdecimal() and Inbox.objects.visible_to(user).filter(pk=int(number[:18])).exists()


@topic_guard("user")
def is_themselves(user: User, number: str) -> bool:
    return number == str(user.pk)


@topic_guard("outbox")
@topic_guard("quarantine")
def sees_what_comes_and_goes(user: User, which: str) -> bool:
    return which == "all" and agents_only.admits(user)


@outdates("outbox")
def any_delivery(user: User, news: list[News]) -> bool:
    messages = {item.properties.get("message_id") for item in news}
    return Delivery.objects.visible_to(user).filter(message__in=messages).exists()


@outdates("quarantine")
def any_held(user: User, news: list[News]) -> bool:
    return outbox.raw_visible_to(user).filter(pk__in={item.properties.get("inbound_id") for item in news}).exists()


def visible(user: User, news: News) -> Conversation | None:
    """The conversation that the news is about, or None for a viewer who may not see it."""
    rows = listing.with_people(Conversation.objects.visible_to(user))
    return rows.filter(pk=news.properties.get("conversation_id") or 0).first()


def joined(*parts: SafeString) -> str:
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped already


@live(facts.ConversationOpened.name)
def opened(user: User, news: News) -> Push:
    """Only counted here: its row comes with its first message."""
    return Push(counters={"inbox-all": 1, "inbox-unassigned": 1}) if visible(user, news) else Push()


@live(facts.MessageReceived.name, facts.MessageSent.name, facts.NoteAdded.name)
def spoke(user: User, news: News) -> Push:
    conversation, message = visible(user, news), _message(user, news)
    if conversation is None or message is None:
        return Push()
    parts = [fragments.row(user, conversation), fragments.message(message, conversation)]
    if message.is_inbound:
        parts.append(fragments.route(conversation))
    return Push(joined(*parts))


def _message(user: User, news: News) -> Message | None:
    rows: MessageQuerySet = Message.objects.visible_to(user)
    return thread.told_in_full(rows).filter(pk=news.properties.get("message_id") or 0).first()


@live(facts.ConversationAssigned.name)
def assigned(user: User, news: News) -> Push:
    conversation = visible(user, news)
    if conversation is not None:
        return Push(changed(user, news, conversation), _moved(user, news))
    if user.pk not in (news.properties.get("previous_id"), news.properties.get("assignee_id")):
        return Push()
    # It was handed to somebody outside this viewer's reach, now or since.
    return Push(fragments.no_row(news.properties["conversation_id"]), _moved(user, news))


def changed(user: User, news: News, conversation: Conversation) -> str:
    told = thread.Line(news.id, tell(news.name, news.properties), _when(news))
    return joined(
        fragments.row(user, conversation),
        fragments.head(user, conversation),
        fragments.line(conversation.pk, told),
    )


def _when(news: News) -> datetime:
    return Event.objects.values_list("occurred_at", flat=True).get(pk=news.id)


def _moved(user: User, news: News) -> dict[str, int]:
    """What an assignment of an open conversation changes in this viewer's counts."""
    if not news.properties.get("is_open", True):
        return {}
    before, after = news.properties.get("previous_id"), news.properties.get("assignee_id")
    mine = (after == user.pk) - (before == user.pk)
    if sees_inbox(user, str(news.properties.get("inbox_id"))):
        deltas = {"inbox-mine": mine, "inbox-unassigned": (after is None) - (before is None)}
    else:  # from elsewhere: it is seen, and counted, only while it is theirs
        deltas = {"inbox-mine": mine, "inbox-all": mine}
    return {name: delta for name, delta in deltas.items() if delta}


@live(facts.ConversationResolved.name)
def resolved(user: User, news: News) -> Push:
    return _opened_or_closed(user, news, -1)


@live(facts.ConversationReopened.name)
def reopened(user: User, news: News) -> Push:
    return _opened_or_closed(user, news, 1)


def _opened_or_closed(user: User, news: News, step: int) -> Push:
    conversation = visible(user, news)
    if conversation is None:
        return Push()
    counters = {"inbox-all": step}
    owner = news.properties.get("assignee_id")
    if owner is None:
        counters["inbox-unassigned"] = step
    elif owner == user.pk:
        counters["inbox-mine"] = step
    return Push(changed(user, news, conversation), counters)


@watch("contact")
def happened(user: User, news: News) -> Push:
    """Whatever happens to a person shows beside the conversation that this viewer has open."""
    contact = Contact.objects.visible_to(user).filter(pk=news.contact_id or 0).first()
    if contact is None:
        return Push()
    return Push(fragments.story(persons([contact])[contact.pk], user, of=contact.pk))


@live(facts.DeliveryChanged.name)
def delivery_changed(user: User, news: News) -> Push:
    if not news.properties.get("conversation_id"):
        return _mailed(user, news)
    message = _message(user, news)
    if message is None:
        return Push()
    conversation = visible(user, news) if news.properties.get("state") in Delivery.MAY_RETRY else None
    return Push(joined(fragments.delivery(message), *([fragments.row(user, conversation)] if conversation else [])))


def _mailed(user: User, news: News) -> Push:
    """What a journey or a survey sent stands in the threads of this person that it belongs to, as the page has it."""
    contact = Contact.objects.visible_to(user).filter(pk=news.contact_id or 0).first()
    event = Event.objects.select_related("cause").filter(pk=news.id).first()
    if contact is None or event is None:
        return Push()
    because_of = event.cause.properties.get("conversation_id") if event.cause else None
    family = persons([contact])[contact.pk].family_ids
    theirs = Conversation.objects.visible_to(user).filter(contact__in=family)
    near = listing.with_people(theirs.filter(Q(status=Conversation.Status.OPEN) | Q(pk=because_of)))
    told = thread.line(event)
    return Push(joined(*(fragments.line(c.pk, told) for c in near if thread.told_in(c).filter(pk=event.pk).exists())))

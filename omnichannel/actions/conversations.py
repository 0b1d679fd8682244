"""What happens to conversations: a customer writes, an agent answers, notes, assigns, resolves, reopens."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from crm.actions import contacts
from crm.ledger import publish
from crm.models import User
from omnichannel import about
from omnichannel.actions import bounces, outgoing
from omnichannel.actions.messages import attach_all, excerpt, existing, store_inbound
from omnichannel.channels.base import AttachedFile, InboundMessage
from omnichannel.facts import (
    ConversationAssigned,
    ConversationOpened,
    ConversationReopened,
    ConversationResolved,
    MessageReceived,
    MessageSent,
    NoteAdded,
)
from omnichannel.models import Channel, Conversation, Cycle, Delivery, Message, RawInbound, Reading, Resolution


class ThreadChanged(Exception):
    """The customer wrote again, or somebody answered, while the reply was being written. `newer`: what was not seen."""

    def __init__(self, newer: list[Message]) -> None:
        super().__init__("The conversation changed meanwhile.")
        self.newer = newer


class AssignedMeanwhile(Exception):
    """Somebody else has changed who works on it. `to`: who has it now, None for nobody."""

    def __init__(self, to: User | None) -> None:
        super().__init__("The conversation was assigned anew meanwhile.")
        self.to = to


class ClientIdTaken(ValueError):
    """The `client_id` is that of a message in another conversation: whoever sent it mixed something up."""

    def __init__(self) -> None:
        super().__init__("This client_id belongs to a message of another conversation.")


@transaction.atomic
def receive(channel: Channel, inbound: InboundMessage, *, raw: RawInbound | None = None) -> Message | None:
    """File one message from a customer: person, conversation, message. The same one again changes nothing.

    Returns None for a delivery report that was put on the message it is about.
    """
    already = existing(channel, inbound)
    if already is not None:
        return already
    if inbound.bounces and bounces.take_in(channel, inbound):
        return None
    first, _space, last = inbound.sender_name.strip().partition(" ")
    contact = contacts.resolve(
        inbound.claims, source=channel.kind, first_name=first, last_name=last.strip(), language=inbound.language
    )
    conversation = _conversation_of(channel, inbound, contact.pk)
    message = store_inbound(channel, conversation, contact, inbound, raw)
    _note_arrival(conversation, message)
    bounces.lift(channel, inbound)
    publish(
        MessageReceived(
            contact_id=contact.pk,
            channel=channel.kind,
            conversation_id=conversation.pk,
            inbox_id=conversation.inbox_id,
            assignee_id=conversation.assignee_id,
            message_id=message.pk,
            excerpt=excerpt(message),
            automatic=message.automatic or inbound.by_list,
            to_program=about.is_answer(inbound),
        )
    )
    return message


def _conversation_of(channel: Channel, inbound: InboundMessage, contact_id: int) -> Conversation:
    found = channel.plugin.find_conversation(inbound, contact_id)
    if found is None:
        return open_conversation(contact_id=contact_id, channel=channel, subject=inbound.subject)
    conversation = _locked(found)
    if conversation.is_resolved and not inbound.automatic:
        reopen(conversation, by=None)
    return conversation


def _locked(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)


@transaction.atomic
def open_conversation(*, contact_id: int, channel: Channel, subject: str, assignee: User | None = None) -> Conversation:
    conversation = Conversation.objects.create(
        contact_id=contact_id,
        inbox=channel.inbox,
        team_id=channel.inbox.team_id,
        subject=subject[:500],
        assignee=assignee,
    )
    Cycle.objects.create(conversation=conversation)
    publish(
        ConversationOpened(
            contact_id=contact_id,
            channel=channel.kind,
            conversation_id=conversation.pk,
            inbox_id=conversation.inbox_id,
            subject=conversation.subject,
        )
    )
    return conversation


def _note_arrival(conversation: Conversation, message: Message) -> None:
    changes: dict[str, object] = {"last_message_at": Now(), "preview": excerpt(message)}
    if not message.automatic and conversation.waiting_since is None:
        changes["waiting_since"] = Now()
    Conversation.objects.filter(pk=conversation.pk).update(**changes)


@transaction.atomic
def reply(
    conversation: Conversation,
    *,
    by: User,
    body: str,
    channel: Channel | None = None,
    client_id: str | None = None,
    seen_message_id: int | None = None,
    attachments: Sequence[AttachedFile] = (),
    copies: Sequence[str] | None = None,
) -> Message:
    """Answer the customer. Written now, sent after the commit; the same `client_id` again is the same reply.

    Who answers a conversation that nobody has takes it. Raises ThreadChanged when the customer wrote or
    somebody answered after `seen_message_id`, be it the same agent in another tab, outgoing.Unreachable when there is
    no channel or address to answer by, and ClientIdTaken.
    """
    conversation = _locked(conversation)
    sent = _sent_before(conversation, client_id)
    if sent is not None:
        return sent
    _check_unchanged(conversation, seen_message_id)
    message = outgoing.answer(
        conversation,
        by=by,
        body=body,
        channel=channel,
        client_id=client_id,
        attachments=attachments,
        copies=copies,
    )
    _note_answer(conversation, by, message)
    said = publish(
        MessageSent(
            contact_id=conversation.contact_id,
            channel=message.channel.kind if message.channel else "",
            conversation_id=conversation.pk,
            inbox_id=conversation.inbox_id,
            assignee_id=conversation.assignee_id,
            message_id=message.pk,
            author_id=by.pk,
            author=by.name if by.pk else "",
            excerpt=excerpt(message),
        )
    )
    Delivery.objects.filter(message=message).update(cause=said.id)
    if conversation.assignee_id is None and by.pk:
        assign(conversation, to=by, by=by)
    return message


def _sent_before(conversation: Conversation, client_id: str | None) -> Message | None:
    sent = Message.objects.filter(client_id=client_id).first() if client_id else None
    if sent is not None and sent.conversation_id != conversation.pk:
        raise ClientIdTaken
    return sent


def _check_unchanged(conversation: Conversation, seen_message_id: int | None) -> None:
    if seen_message_id is None:
        return
    said = conversation.messages.filter(pk__gt=seen_message_id, automatic=False)
    newer = list(said.exclude(direction=Message.Direction.NOTE).select_related("author").order_by("pk"))
    if newer:
        raise ThreadChanged(newer)


def _note_answer(conversation: Conversation, by: User, message: Message) -> None:
    Cycle.objects.filter(conversation=conversation, resolved_at=None, first_reply_at=None).update(
        first_reply_at=Now(), first_reply_by=by if by.pk else None
    )
    Conversation.objects.filter(pk=conversation.pk).update(
        waiting_since=None, last_message_at=Now(), preview=excerpt(message)
    )


@transaction.atomic
def add_note(
    conversation: Conversation,
    *,
    by: User,
    body: str,
    client_id: str | None = None,
    attachments: Sequence[AttachedFile] = (),
) -> Message:
    """A private note: colleagues see it, the customer never does. Raises ClientIdTaken."""
    conversation = _locked(conversation)
    sent = _sent_before(conversation, client_id)
    if sent is not None:
        return sent
    note = Message.objects.create(
        contact_id=conversation.contact_id,
        conversation=conversation,
        direction=Message.Direction.NOTE,
        author=by if by.pk else None,
        text=body,
        client_id=client_id,
    )
    attach_all(note, attachments)
    publish(
        NoteAdded(
            contact_id=conversation.contact_id,
            conversation_id=conversation.pk,
            inbox_id=conversation.inbox_id,
            assignee_id=conversation.assignee_id,
            message_id=note.pk,
            author_id=by.pk,
            author=by.name if by.pk else "",
            excerpt=excerpt(note),
        )
    )
    return note


@transaction.atomic
def assign(conversation: Conversation, *, to: User | None, by: User | None) -> Conversation:
    """Hand it to a colleague, or back to the queue with `to=None`. The same assignee again changes nothing."""
    conversation = _locked(conversation)
    previous_id = conversation.assignee_id
    if previous_id == (to.pk if to else None):
        return conversation
    conversation.assignee = to
    conversation.save(update_fields=["assignee"])
    publish(
        ConversationAssigned(
            contact_id=conversation.contact_id,
            conversation_id=conversation.pk,
            inbox_id=conversation.inbox_id,
            assignee_id=to.pk if to else None,
            previous_id=previous_id,
            assignee=to.name if to else _("nobody"),
            by_id=by.pk if by else None,
            is_open=not conversation.is_resolved,
        )
    )
    return conversation


@transaction.atomic
def take_back(conversation: Conversation, *, of: User | None, to: User | None, by: User) -> Conversation:
    """The undo of an assignment: back from `of` to whoever had it before. Raises AssignedMeanwhile if `of` has it no
    more."""
    conversation = _locked(conversation)
    if conversation.assignee_id != (of.pk if of else None):
        raise AssignedMeanwhile(conversation.assignee)
    return assign(conversation, to=to, by=by)


@transaction.atomic
def resolve(conversation: Conversation, *, by: User | None, reason: str = "") -> Resolution:
    """Done for now: closes the cycle. Resolving twice gives the first resolution."""
    conversation = _locked(conversation)
    if conversation.is_resolved:
        return conversation.resolution
    cycle = conversation.cycles.get(resolved_at=None)
    person = by if by and by.pk else None
    Cycle.objects.filter(pk=cycle.pk).update(resolved_at=Now(), resolved_by=person)
    resolution = Resolution.objects.create(conversation=conversation, cycle=cycle, by=person, reason=reason[:200])
    Conversation.objects.filter(pk=conversation.pk).update(status=Conversation.Status.RESOLVED, waiting_since=None)
    publish(
        ConversationResolved(
            contact_id=conversation.contact_id,
            conversation_id=conversation.pk,
            inbox_id=conversation.inbox_id,
            cycle_id=cycle.pk,
            by_id=person.pk if person else None,
            by=person.name if person else "",
            assignee_id=conversation.assignee_id,
        )
    )
    return resolution


@transaction.atomic
def reopen(conversation: Conversation, *, by: User | None) -> Conversation:
    """Open again, in a new cycle. Reopening an open one changes nothing."""
    conversation = _locked(conversation)
    if not conversation.is_resolved:
        return conversation
    Resolution.objects.filter(conversation=conversation).delete()
    last = conversation.cycles.aggregate(last=Max("number"))["last"] or 0
    Cycle.objects.create(conversation=conversation, number=last + 1)
    conversation.status = Conversation.Status.OPEN
    conversation.save(update_fields=["status"])
    publish(
        ConversationReopened(
            contact_id=conversation.contact_id,
            conversation_id=conversation.pk,
            inbox_id=conversation.inbox_id,
            by_id=by.pk if by else None,
            assignee_id=conversation.assignee_id,
        )
    )
    return conversation


@transaction.atomic
def mark_read(conversation: Conversation, *, by: User) -> None:
    """Everything up to the newest message is read by this colleague. Nobody else's business, so no fact."""
    newest = conversation.messages.aggregate(newest=Max("pk"))["newest"] or 0
    Reading.objects.update_or_create(user=by, conversation=conversation, defaults={"last_message_id": newest})

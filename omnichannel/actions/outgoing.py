"""Deciding to send: the message and its Delivery are written with the decision; sending comes after the commit."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from crm.ledger.publishing import current_cause_id
from crm.models import Contact, Identity, User
from kernel.told import kept
from kernel.wakeup import wake
from omnichannel import about, routes
from omnichannel.actions.messages import attach_all
from omnichannel.channels.base import AttachedFile
from omnichannel.models import Channel, Conversation, Delivery, Message

NO_CHANNEL = kept("No active channel is set up. Add one in the settings under Channels.")


class Unreachable(Exception):
    """There is no channel or no address to reach this person by; the message says which."""


def answer(
    conversation: Conversation,
    *,
    by: User,
    body: str,
    channel: Channel | None,
    client_id: str | None,
    attachments: Sequence[AttachedFile] = (),
    copies: Sequence[str] | None = None,
) -> Message:
    """An agent's reply inside a conversation: by the channel that the customer last used, to where they want it. When
    that account is switched off, by the default one. `copies` None: to whom the customer copied."""
    last = routes.last_of_customer(conversation, channel)
    if channel is None and last is not None and last.channel is not None and last.channel.active:
        channel = last.channel
    channel = channel or default_channel(conversation)
    if last is not None and last.channel is not None and last.channel.kind != channel.kind:
        last = None  # a phone number is no address to mail to
    identity = (last.identity if last else None) or reachable_identity(conversation.person, channel)
    to, copied = routes.addressed(last) if last else ([], [])
    message = Message(
        contact_id=conversation.contact_id,
        conversation=conversation,
        channel=channel,
        identity=identity,
        direction=Message.Direction.OUTBOUND,
        author=by if by.pk else None,
        sender=channel.address,
        to=to or [identity.display],
        cc=copied if copies is None else list(copies),
        subject=reply_subject(conversation.subject) if channel.plugin.has_subject else "",
        text=body,
        in_reply_to=last.message_id if last else "",
        references=about.Parent(conversation.pk, last.message_id, last.references).chain if last else [],
        client_id=client_id,
    )
    key = f"reply:{client_id}" if client_id else ""
    address = to[0] if to else identity.value
    written = _write(message, address=address, key=key, purpose=Delivery.Purpose.TRANSACTIONAL)
    attach_all(written, attachments)
    return written


def reply_subject(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".strip()


def default_channel(conversation: Conversation | None = None) -> Channel:
    """The conversation's inbox's own account first, else the oldest active e-mail account."""
    active = Channel.objects.filter(active=True).order_by("pk")
    own = active.filter(inbox=conversation.inbox).first() if conversation else None
    channel = own or active.filter(kind="email").first()
    if channel is None:
        raise Unreachable(NO_CHANNEL)
    return channel


def reachable_identity(contact: Contact, channel: Channel) -> Identity:
    """The newest address of the kind that the channel writes to, over all that the person is."""
    identity = (
        Identity.objects.filter(contact__in=contact.member_ids(), kind=channel.plugin.identity_kind)
        .order_by("-verified", "-last_seen_at", "-pk")
        .first()
    )
    if identity is None:
        raise Unreachable(f"{contact.name} has no address for {channel.name}.")
    return identity


@transaction.atomic
def send(
    *,
    contact_id: int,
    key: str,
    subject: str,
    text: str,
    html: str = "",
    purpose: str = Delivery.Purpose.TRANSACTIONAL,
    consent: str = "",
    channel: Channel | None = None,
    extra: dict[str, Any] | None = None,
    conversation_id: int | None = None,
) -> Delivery | None:
    """A message that a program wants sent: journey, survey. Once for each `key`; None if the person is unreachable.

    `consent`: the purpose whose refusal, until the moment of sending, holds it back. Marketing has its own.
    `conversation_id`: what it is about; an answer to it joins that conversation.
    """
    sent = Delivery.objects.filter(key=key).first()
    if sent is not None:
        return sent
    contact = Contact.objects.prefetch_related("identities").get(pk=contact_id)
    try:
        channel = channel or default_channel()
        identity = reachable_identity(contact, channel)
    except Unreachable:
        return None
    pair = (contact.pk, conversation_id or 0)
    parent = about.parents([pair]).get(pair) if conversation_id else None
    message = Message(
        contact=contact,
        about_id=parent.conversation_id if parent else None,
        in_reply_to=parent.message_id if parent else "",
        references=parent.chain if parent else [],
        channel=channel,
        identity=identity,
        direction=Message.Direction.OUTBOUND,
        automatic=True,
        sender=channel.address,
        to=[identity.display],
        subject=subject[:500],
        text=text,
        html=html,
    )
    try:
        with transaction.atomic():
            written = _write(message, address=identity.value, key=key, purpose=purpose, consent=consent, extra=extra)
            return written.delivery
    except IntegrityError:  # somebody else with the same key was faster
        return Delivery.objects.get(key=key)


def _write(
    message: Message, *, address: str, key: str, purpose: str, consent: str = "", extra: dict[str, Any] | None = None
) -> Message:
    channel = message.channel
    if channel is None:
        raise Unreachable("A message needs a channel.")
    message.save()
    message.message_id = channel.plugin.new_message_id(message)
    message.save(update_fields=["message_id"])
    Delivery.objects.create(
        message=message,
        channel=channel,
        address=address,
        key=key or f"message:{message.pk}",
        purpose=purpose,
        consent=consent,
        extra=extra or {},
        cause_id=current_cause_id(),
    )
    transaction.on_commit(_wake, robust=True)
    return message


def _wake() -> None:
    from omnichannel.tasks import send_due

    wake(send_due)

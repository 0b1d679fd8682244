"""The questions that the demo's customers were sent, as the outbox and the recounts expect them: long delivered."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from django.db.models import prefetch_related_objects

from crm.models import Contact, Event, Identity
from feedback import mail
from feedback.models import Invitation, Version
from omnichannel.facts import ConversationResolved
from omnichannel.models import Attempt, Channel, Delivery, Message

# The newest carry the whole letter, for the outbox; writing hundreds of them would take seconds of the first start.
WHOLE = 25


def post(asked: Sequence[tuple[Invitation, str]]) -> None:
    """Each invitation, not saved yet, with its token, gets its delivery. Raises ValueError without a mailbox."""
    channel = Channel.objects.filter(kind="email").order_by("pk").first()
    if channel is None:
        raise ValueError("The demo's questions need a mailbox that they were sent from.")
    prefetch_related_objects(list({cast("Version", one.version) for one, _token in asked}), "questions")
    identities = _identities([invitation.contact_id for invitation, _token in asked])
    asked = sorted(asked, key=lambda each: each[0].asked_at)
    newest = {one.cause_key for one, _token in asked[-WHOLE:]}
    messages = [
        _message(channel, one, _letter(one, token, whole=one.cause_key in newest), identities.get(one.contact_id))
        for one, token in asked
    ]
    Message.objects.bulk_create(messages)
    causes = _causes()
    deliveries = Delivery.objects.bulk_create(
        [
            _delivery(channel, message, causes.get(one.conversation_id))
            for message, (one, _token) in zip(messages, asked, strict=True)
        ]
    )
    Attempt.objects.bulk_create(map(_attempt, deliveries))
    for (invitation, _token), delivery in zip(asked, deliveries, strict=True):
        invitation.delivery = delivery


def _identities(contacts: Sequence[int | None]) -> dict[int | None, Identity]:
    found = Identity.objects.filter(kind="email", contact__in=contacts).order_by("-pk")
    return {identity.contact_id: identity for identity in found}


def _letter(invitation: Invitation, token: str, *, whole: bool) -> mail.Letter:
    person, version = cast("Contact", invitation.contact), cast("Version", invitation.version)
    if whole:
        return mail.compose(invitation, person, token)
    language = mail.language_of(person, invitation)
    return mail.Letter(version.text("subject", language), version.score_question.text("text", language), "")


def _message(channel: Channel, invitation: Invitation, letter: mail.Letter, identity: Identity | None) -> Message:
    message_id = f"{uuid.uuid5(uuid.NAMESPACE_URL, invitation.cause_key).hex}@hilo.example"
    return Message(
        contact=invitation.contact,
        about_id=invitation.conversation_id,
        channel=channel,
        identity=identity,
        direction=Message.Direction.OUTBOUND,
        automatic=True,
        sender=channel.address,
        to=[identity.display if identity else ""],
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=message_id,
        external_id=message_id,
        created_at=invitation.asked_at,
    )


def _causes() -> dict[int | None, int]:
    """What a question about a conversation is asked because of."""
    resolved = Event.objects.filter(name=ConversationResolved.name).order_by("pk")
    return dict(resolved.values_list("properties__conversation_id", "pk"))


def _delivery(channel: Channel, message: Message, cause_id: int | None) -> Delivery:
    return Delivery(
        message=message,
        channel=channel,
        address=message.to[0],
        key=f"demo:survey:{message.pk}",
        state=Delivery.State.DELIVERED,
        due_at=None,
        attempts=1,
        cause_id=cause_id,
        created_at=message.created_at,
        settled_at=message.created_at + timedelta(seconds=4),
    )


def _attempt(delivery: Delivery) -> Attempt:
    began = delivery.created_at
    return Attempt(delivery=delivery, number=1, started_at=began, finished_at=delivery.settled_at, outcome="sent")

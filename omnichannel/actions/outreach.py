"""We write first: a new conversation that begins with our own message."""

from collections.abc import Sequence

from django.db import transaction

from crm.models import Contact, User
from omnichannel.actions import conversations
from omnichannel.actions.messages import lock
from omnichannel.channels.base import AttachedFile
from omnichannel.models import Channel, Message


@transaction.atomic
def write_to(
    contact: Contact,
    *,
    by: User,
    channel: Channel,
    subject: str,
    body: str,
    client_id: str | None = None,
    attachments: Sequence[AttachedFile] = (),
) -> Message:
    """Open a conversation, take it, and send its first message. The same `client_id` again is the same message.

    Raises outgoing.Unreachable when the person has no address for the channel, and conversations.ClientIdTaken; then
    nothing was written.
    """
    if client_id:
        lock(f"client:{client_id}")
    sent = Message.objects.filter(client_id=client_id, author=by).first() if client_id else None
    if sent is not None:
        return sent
    conversation = conversations.open_conversation(contact_id=contact.pk, channel=channel, subject=subject)
    conversations.assign(conversation, to=by, by=by)
    return conversations.reply(
        conversation, by=by, body=body, channel=channel, client_id=client_id, attachments=attachments
    )

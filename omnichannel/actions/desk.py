"""Being at a conversation, and keeping what is half written. Nobody else's business, so neither publishes a fact."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from crm.models import User
from omnichannel.models import Conversation, Draft, Message, Presence

FORGOTTEN = timedelta(hours=1)


@transaction.atomic
def be_at(conversation: Conversation, *, by: User, writing: bool) -> None:
    """Still there. What this colleague had open long ago is cleared away on the occasion."""
    Presence.objects.filter(user=by, seen_at__lt=Now() - FORGOTTEN).delete()
    now = {"writing": writing, "seen_at": Now()}
    Presence.objects.update_or_create(user=by, conversation=conversation, defaults=now)


@transaction.atomic
def keep_draft(conversation: Conversation, *, by: User, body: str, mode: str, client_id: str = "") -> None:
    """The text as it is now; none left means no draft.

    `client_id` is the one that the message will have: a draft that comes after its message was sent is too late.
    """
    too_late = bool(client_id) and Message.objects.filter(client_id=client_id).exists()
    if too_late or not body.strip():
        drop_draft(conversation, by=by)
        return
    now = {"body": body, "mode": mode, "updated_at": Now()}
    Draft.objects.update_or_create(user=by, conversation=conversation, defaults=now)


def drop_draft(conversation: Conversation, *, by: User) -> None:
    Draft.objects.filter(user=by, conversation=conversation).delete()

"""Asking about a resolution: a moment later, so that whoever takes it back by the page's *Undo* is in time."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from crm.ledger import because_of, recorded
from crm.ledger.publishing import current_cause_id
from feedback.actions import invitations
from feedback.models import Occasion, Survey
from kernel import lease
from omnichannel.models import Conversation, Resolution

log = logging.getLogger(__name__)

MOMENT = timedelta(seconds=10)  # static/js/islands/toast.js offers to undo for 8


@transaction.atomic
def note(conversation: Conversation, *, cycle_id: int) -> None:
    """The same cycle again changes nothing."""
    given = {"conversation": conversation, "event_id": current_cause_id(), "due_at": Now() + MOMENT}
    Occasion.objects.get_or_create(cycle_id=cycle_id, defaults=given)


def ask_due(limit: int = 200) -> None:
    """Each in a transaction of its own; one that fails is tried again with growing waits."""
    for occasion in lease.claim(Occasion.objects.all(), limit=limit, lease=lease.IN_LINE, counted=False):
        if not lease.begin(occasion):
            continue
        try:
            _ask(occasion)
        except Exception:
            log.exception("asking failed", extra={"conversation_id": occasion.conversation_id})
            lease.retry(occasion, after=lease.backoff(occasion.attempts))


@transaction.atomic
def _ask(occasion: Occasion) -> None:
    if not lease.holds(occasion):
        return
    standing = Resolution.objects.filter(conversation=occasion.conversation_id, cycle=occasion.cycle_id)
    if standing.exists():
        _invite(occasion)
    occasion.delete()


def _invite(occasion: Occasion) -> None:
    conversation = Conversation.objects.select_related("inbox", "assignee").get(pk=occasion.conversation_id)
    with because_of(recorded(occasion.event_id)):
        for survey in Survey.objects.asking_after(Survey.Trigger.RESOLVED):
            invitations.invite(
                survey=survey,
                contact_id=conversation.contact_id,
                cause_key=f"cycle:{occasion.cycle_id}",
                conversation=conversation,
            )

"""Asking a customer: once for each cause, not too often, and never against their word."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from crm.actions import contacts
from crm.ledger import publish
from crm.models import Claim, Consent, Contact, User
from crm.models.families import person_ids
from feedback import mail, tokens
from feedback.actions.unsubscribing import link
from feedback.facts import SurveySent
from feedback.models import Invitation, Programme, Survey, Version
from omnichannel.actions import outgoing
from omnichannel.models import Conversation

PURPOSE = "surveys"  # of consents: its withdrawal stops all surveys
Reason = Invitation.Suppressed


@transaction.atomic
def invite(
    *,
    survey: Survey,
    contact_id: int,
    cause_key: str,
    channel: str = "email",
    conversation: Conversation | None = None,
) -> Invitation | None:
    """Ask one customer, and send the question on its way. None if they are left alone: the reason is on record.

    The same `cause_key` again returns what the first call came to. One customer is decided about at a time.
    """
    contact = _locked(contact_id)
    if contact is None:
        return None
    before = Invitation.objects.filter(survey=survey, cause_key=cause_key).first()
    if before is not None:
        return None if before.suppressed else before
    reason = _reason_to_leave_alone(survey, contact, channel)
    if reason:
        _hold_back(survey, contact, cause_key, channel, reason, conversation)
        return None
    invitation, token = _write(survey, contact, cause_key, channel, conversation)
    return invitation if _send(invitation, contact, token) else None


def _locked(contact_id: int) -> Contact | None:
    """With all that the person is: two of their records are not decided about at once either."""
    rows = Contact.objects.select_for_update(no_key=True).filter(pk__in=person_ids(contact_id)).order_by("pk")
    return next((contact for contact in rows if contact.pk == contact_id), None)


@transaction.atomic
def invite_tester(survey: Survey, *, version: Version, by: User) -> Invitation | None:
    """Send the question to a colleague. Their answer never counts; no rule holds it back. None if it cannot be sent."""
    contact = contacts.resolve([Claim("email", by.email)], source="test", language=by.language)
    cause_key = f"test:{by.pk}:{tokens.new()}"
    invitation, token = _write(survey, contact, cause_key, "email", None, version=version, is_test=True)
    return invitation if _send(invitation, contact, token) else None


def _reason_to_leave_alone(survey: Survey, contact: Contact, channel: str) -> str:
    if not survey.is_active:
        return Reason.INACTIVE
    if Consent.objects.refused(contact.pk, channel=channel, purpose=PURPOSE):
        return Reason.REFUSED
    members = person_ids(contact.pk)
    if _asked_recently(survey, members):
        return Reason.ASKED_RECENTLY
    if _asked_by_any(members):
        return Reason.PROGRAMME
    return Reason.NO


def _asked_recently(survey: Survey, members: Collection[int]) -> bool:
    """By any survey of the same kind, over all that the person is."""
    since = Now() - timedelta(days=survey.quiet_days)
    return Invitation.objects.asked().filter(contact__in=members, survey__kind=survey.kind, asked_at__gt=since).exists()


def _asked_by_any(members: Collection[int]) -> bool:
    """The cap of the whole survey programme, over all that the person is."""
    since = Now() - timedelta(days=Programme.current().quiet_days)
    return Invitation.objects.asked().filter(contact__in=members, asked_at__gt=since).exists()


def _hold_back(
    survey: Survey, contact: Contact, cause_key: str, channel: str, reason: str, conversation: Conversation | None
) -> None:
    Invitation.objects.create(
        survey=survey,
        contact=contact,
        cause_key=cause_key,
        channel=channel,
        suppressed=reason,
        conversation=conversation,
        inbox=conversation.inbox if conversation else None,
        agent=conversation.assignee if conversation else None,
    )


def _write(
    survey: Survey,
    contact: Contact,
    cause_key: str,
    channel: str,
    conversation: Conversation | None,
    *,
    version: Version | None = None,
    is_test: bool = False,
) -> tuple[Invitation, str]:
    token = tokens.new()
    invitation = Invitation.objects.create(
        survey=survey,
        version=version or survey.live_version,
        contact=contact,
        cause_key=cause_key,
        channel=channel,
        conversation=conversation,
        inbox=conversation.inbox if conversation else None,
        agent=conversation.assignee if conversation else None,
        is_test=is_test,
        token_hash=tokens.digest(token),
        expires_at=timezone.now() + timedelta(days=survey.valid_days),
    )
    return invitation, token


def _send(invitation: Invitation, contact: Contact, token: str) -> bool:
    """Put the mail on its way, or keep why that is impossible."""
    letter = mail.compose(invitation, contact, token)
    delivery = outgoing.send(
        contact_id=contact.pk,
        key=f"survey:{invitation.pk}",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        consent="" if invitation.is_test else PURPOSE,
        extra={"unsubscribe_url": link(contact.pk, purpose=PURPOSE, channel=invitation.channel)},
        conversation_id=invitation.conversation_id,
    )
    if delivery is None:
        Invitation.objects.filter(pk=invitation.pk).update(
            suppressed=Reason.UNREACHABLE, token_hash=None, expires_at=None
        )
        return False
    invitation.delivery = delivery
    invitation.save(update_fields=["delivery"])
    if not invitation.is_test:
        publish(sent(invitation))
    return True


def sent(invitation: Invitation) -> SurveySent:
    return SurveySent(**common(invitation))


def common(invitation: Invitation) -> dict[str, Any]:
    """What every fact about an invitation says."""
    return {
        "contact_id": invitation.contact_id,
        "survey_id": invitation.survey_id,
        "survey": invitation.survey.name,
        "metric": invitation.survey.kind,
        "invitation_id": invitation.pk,
        "conversation_id": invitation.conversation_id,
        "channel": invitation.channel,
    }


def find(token: str) -> Invitation | None:
    """The invitation that this link belongs to, unless it is unknown, expired or was never sent."""
    if not tokens.looks_right(token):
        return None
    found = Invitation.objects.select_related("survey", "version__survey", "contact")
    digest = tokens.digest(token)
    invitation = found.filter(Q(token_hash=digest) | Q(reminder_hash=digest)).first()
    return None if invitation is None or invitation.has_expired else invitation

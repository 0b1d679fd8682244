"""One reminder, some days after a question that nobody answered. Off unless the survey says otherwise."""

from datetime import timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from crm.ledger import publish
from crm.models import Consent, Contact
from feedback import mail, tokens
from feedback.actions.invitations import PURPOSE, common
from feedback.actions.unsubscribing import link
from feedback.facts import SurveyReminded
from feedback.models import Invitation, Survey
from feedback.models.invitation import UNDELIVERED, InvitationQuerySet
from omnichannel.actions import outgoing


def send_due(limit: int = 200) -> int:
    """Each in a transaction of its own. Returns how many were decided about."""
    due = list(_due().values_list("pk", flat=True)[:limit])
    for pk in due:
        remind(pk)
    return len(due)


def _due() -> InvitationQuerySet:
    """By the database's clock. Whoever answered, refused, bounced or was reminded is left alone."""
    days = ExpressionWrapper(F("survey__remind_after_days") * Value(timedelta(days=1)), output_field=DurationField())
    waiting = Invitation.objects.asked().filter(
        answered_at=None, reminded_at=None, contact__isnull=False, expires_at__gt=Now(), asked_at__lte=Now() - days
    )
    reminding = waiting.filter(survey__status=Survey.Status.ACTIVE, survey__remind_after_days__gt=0)
    return reminding.exclude(delivery__state__in=UNDELIVERED).order_by("asked_at", "pk")


@transaction.atomic
def remind(pk: int) -> bool:
    """Once, whoever else is at it. False: nothing was sent; a refusal since then counts as reminded."""
    rows = _due().filter(pk=pk).select_related("survey", "version__survey", "contact")
    invitation = rows.select_for_update(of=("self",), skip_locked=True).first()
    if invitation is None or invitation.contact is None:
        return False
    token = tokens.new()
    Invitation.objects.filter(pk=pk).update(reminded_at=Now(), reminder_hash=tokens.digest(token))
    if Consent.objects.refused(invitation.contact.pk, channel=invitation.channel, purpose=PURPOSE):
        return False
    return _send(invitation, invitation.contact, token)


def _send(invitation: Invitation, contact: Contact, token: str) -> bool:
    letter = mail.compose(invitation, contact, token)
    with mail.in_language_of(contact, invitation):
        subject = _("Reminder: %(subject)s") % {"subject": letter.subject}
    delivery = outgoing.send(
        contact_id=contact.pk,
        key=f"survey:{invitation.pk}:reminder",
        subject=subject,
        text=letter.text,
        html=letter.html,
        consent=PURPOSE,
        extra={"unsubscribe_url": link(contact.pk, purpose=PURPOSE, channel=invitation.channel)},
        conversation_id=invitation.conversation_id,
    )
    if delivery is None:
        return False
    publish(SurveyReminded(**common(invitation)))
    return True

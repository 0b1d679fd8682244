"""Leaving with one click: the links of List-Unsubscribe (RFC 2369, RFC 8058), and what following one does.

A link is signed and names the person, the channel and the purpose; it never expires, since mails are kept for years.
Opening it changes nothing: mail scanners open every link. Only a POST does, the mail program's or the person's own.
"""

from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from crm.actions import consents
from crm.models import Consent, Contact

SALT = "hilo.unsubscribe"
SOURCE = "unsubscribe link"
LONGEST = 300  # characters of a token


@dataclass(frozen=True)
class Subscription:
    """What is left: everything of this purpose, by this channel."""

    contact: Contact
    channel: str
    purpose: str

    @property
    def is_refused(self) -> bool:
        return Consent.objects.refused(self.contact.pk, channel=self.channel, purpose=self.purpose)


def link(contact_id: int, *, purpose: str, channel: str = "email") -> str:
    token = signing.dumps([contact_id, channel, purpose], salt=SALT)
    return urljoin(f"{settings.BASE_URL}/", reverse("unsubscribe", args=[token]).lstrip("/"))


def find(token: str) -> Subscription | None:
    """None for a token that we did not sign, and for a person who is no longer there. A merged one is who they are."""
    try:
        contact_id, channel, purpose = signing.loads(token[:LONGEST], salt=SALT)
    except signing.BadSignature:
        return None
    contact = Contact.objects.filter(pk=Contact(pk=contact_id).survivor_id).first()
    return Subscription(contact, channel, purpose) if contact else None


@transaction.atomic
def leave(subscription: Subscription) -> None:
    _say(subscription, Consent.State.WITHDRAWN)


@transaction.atomic
def come_back(subscription: Subscription) -> None:
    _say(subscription, Consent.State.GRANTED)


def _say(subscription: Subscription, state: str) -> None:
    """For all that the person is: messages may be addressed to any of the merged contacts."""
    for member in subscription.contact.member_ids():
        consents.record(member, channel=subscription.channel, purpose=subscription.purpose, state=state, source=SOURCE)

"""What a person allows us to send. The history is the proof, so nothing is ever overwritten."""

from django.db import transaction

from crm.facts import ConsentChanged
from crm.ledger import publish
from crm.models import Consent, Contact


@transaction.atomic
def record(contact_id: int, *, channel: str, purpose: str, state: str, source: str) -> Consent:
    """A new row where the last word differs; the same word again keeps the row that first said it.

    Of merged records each keeps words of its own, for the day they are parted; the newest of all must be this one.
    Raises ValueError for a state that does not exist.
    """
    if state not in Consent.State.values:
        raise ValueError(f"{state!r} is not one of {', '.join(Consent.State.values)}.")
    Contact.objects.select_for_update().filter(pk=contact_id).first()  # one writer per person: no doubled last word
    said = list(Consent.objects.of(contact_id).filter(channel=channel, purpose=purpose).latest_first())
    own = next((word for word in said if word.contact_id == contact_id), None)
    if own is not None and own.state == said[0].state == state:
        return own
    consent = Consent.objects.create(
        contact_id=contact_id, channel=channel, purpose=purpose, state=state, source=source[:80]
    )
    publish(ConsentChanged(contact_id=contact_id, channel=channel, purpose=purpose, state=state, source=source[:80]))
    return consent

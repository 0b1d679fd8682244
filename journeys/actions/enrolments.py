"""What colleagues do with one person's journey: take them out, or try again what failed."""

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from crm.ledger import publish
from crm.models import User
from crm.models.families import person_ids
from journeys.engine import advance, store
from journeys.engine.traveller import of
from journeys.facts import JourneyExited
from journeys.models import Enrolment, Step


class CannotRetry(ValueError):
    """Only a failed enrolment can be tried again; the message says what stands against it."""


@transaction.atomic
def exit(enrolment: Enrolment, *, by: User | None, reason: str = "") -> Enrolment:  # noqa: A001 - the field's own word
    """Take somebody out. They stay out of what is sent from here on; nothing changes for one who has left already."""
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("journey", "version")
    locked = rows.get(pk=enrolment.pk)
    if locked.left_at is not None:
        return locked
    told = reason or (by.name if by else "")
    store.clear_places([locked.pk])
    Enrolment.objects.filter(pk=locked.pk).update(state=Enrolment.State.EXITED, reason=told[:500], left_at=Now())
    _log(locked, "exited", told)
    publish(
        JourneyExited(
            contact_id=locked.contact_id,
            journey_id=locked.journey_id,
            journey=locked.journey.name,
            enrolment_id=locked.pk,
            version=locked.version.number,
            reason=told,
        )
    )
    locked.refresh_from_db()
    return locked


@transaction.atomic
def retry(enrolment: Enrolment, *, by: User | None) -> Enrolment:
    """Ask the node that failed once more. Its visit keeps its number, so what was sent is not sent again.

    Raises CannotRetry.
    """
    locked = Enrolment.objects.select_for_update(of=("self",)).select_related("journey").get(pk=enrolment.pk)
    if not locked.is_failed:
        raise CannotRetry(_("This enrolment has not failed: there is nothing to try again."))
    if not locked.journey.is_live:
        raise CannotRetry(_("This journey is paused: start it, then try again."))
    if not _take_up(locked):
        raise CannotRetry(_("Meanwhile this person has entered the journey anew."))
    _log(locked, "retried", by.name if by else "")
    advance.advance([of(locked)])
    locked.refresh_from_db()
    return locked


def _take_up(enrolment: Enrolment) -> bool:
    """Under way again; False if they are already, as this record or as one merged with it."""
    records = person_ids(enrolment.contact_id)
    anew = Enrolment.objects.active().filter(journey=enrolment.journey_id, key=enrolment.key, contact__in=records)
    if anew.exists():
        return False
    try:
        with transaction.atomic():
            Enrolment.objects.filter(pk=enrolment.pk).update(state=Enrolment.State.ACTIVE, reason="")
    except IntegrityError:  # who entered at this very moment
        return False
    return True


def _log(enrolment: Enrolment, outcome: str, detail: str) -> None:
    Step.objects.create(
        enrolment=enrolment,
        version_id=enrolment.version_id,
        node=enrolment.node,
        visit=enrolment.visit,
        outcome=outcome,
        detail=detail[:500],
    )

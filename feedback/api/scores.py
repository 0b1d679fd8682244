"""What feedback adds to contacts: the newest confirmed score of each kind of survey."""

from feedback.models import Response
from kernel.resources import contribute


@contribute("contact.scores")
def newest(contact_ids: list[int]) -> dict[int, dict[str, int | None]]:
    rows = (
        Response.objects.confirmed()
        .filter(invitation__contact__in=contact_ids)
        .order_by("invitation__contact", "survey__kind", "-submitted_at")
        .distinct("invitation__contact", "survey__kind")
        .values_list("invitation__contact", "survey__kind", "score")
    )
    found: dict[int, dict[str, int | None]] = {}
    for contact_id, kind, score in rows:
        found.setdefault(contact_id, {})[kind] = score
    return found

"""What feedback adds to contacts: the newest confirmed score of each kind of survey."""

from crm.models.families import families, spread, survivors
from feedback.models import Response
from kernel.resources import contribute


@contribute("contact.scores")
def newest(contact_ids: list[int]) -> dict[int, dict[str, int | None]]:
    """Over all that each person is."""
    people = families(contact_ids)
    owner = survivors(people)
    rows = (
        Response.objects.confirmed()
        .filter(invitation__contact__in=owner)
        .order_by("invitation__contact", "survey__kind", "-submitted_at", "-pk")
        .distinct("invitation__contact", "survey__kind")
        .values_list("submitted_at", "pk", "invitation__contact", "survey__kind", "score")
    )
    found: dict[int, dict[str, int | None]] = {}
    for _at, _pk, contact_id, kind, score in sorted(rows):
        found.setdefault(owner[contact_id], {})[kind] = score
    return spread(found, people)

"""The ledger as live screens read it: newer than a place, including what is above the commit horizon."""

from django.db import connection

from crm.ledger.consume import commit_horizon, rebuild
from crm.ledger.fact import fact_class
from crm.models import Event
from kernel.realtime import News, Place, provide_feed

MOST_ABOVE = 10_000


@provide_feed
def read(since: Place | None, limit: int) -> tuple[list[News], Place]:
    """Events that committed after `since`, oldest first, at most `limit`, and the place reached.

    The horizon is read before the events, so that whatever commits between the two statements is read again next time
    rather than skipped; `seen` keeps it from being shown twice.
    """
    horizon = commit_horizon()
    if since is None:
        return [], Place(horizon, frozenset(_ids_above(horizon)))
    rows = list(Event.objects.filter(xid__gte=since.horizon).exclude(pk__in=since.seen).order_by("xid", "id")[:limit])
    shown = {row.pk for row in rows if row.xid >= horizon}
    still_above = _still_above(horizon, since.seen) if since.seen else frozenset()
    return [_news(row) for row in rows], Place(horizon, still_above | shown)


def _ids_above(horizon: int) -> list[int]:
    """The newest, while a long transaction holds the horizon back. Older ones are read once more, or reloaded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM crm_event WHERE xid >= %s ORDER BY xid DESC, id DESC LIMIT %s", [horizon, MOST_ABOVE]
        )
        return [row[0] for row in cursor.fetchall()]


def _still_above(horizon: int, seen: frozenset[int]) -> frozenset[int]:
    return frozenset(Event.objects.filter(pk__in=seen, xid__gte=horizon).values_list("pk", flat=True))


def _news(event: Event) -> News:
    cls = fact_class(event.name)
    topics = {f"contact:{event.contact_id}"} if event.contact_id else set()
    if cls is not None:
        topics |= set(rebuild(event).topics())
    return News(event.pk, event.name, event.contact_id, event.properties, frozenset(topics))

"""Recounts of crm: cursors, retries, search texts, merged contacts."""

from collections.abc import Iterator

from crm.ledger import consume
from crm.models import Cursor
from kernel.consistency import recount, rows


@recount("contact search text")
def search_texts() -> Iterator[str]:
    """Every own address or number is in the text that the search box looks through."""
    yield from rows(
        "SELECT i.contact_id, i.id FROM crm_identity i JOIN crm_contact c ON c.id = i.contact_id "
        "WHERE i.kind IN ('email', 'phone', 'external_id') AND position(unaccent(i.value) in c.search) = 0 ORDER BY 1",
        "contact {contact_id}: identity {id} is missing from its search text",
    )


@recount("names in search texts")
def names() -> Iterator[str]:
    """Everybody is found by their own name and by their company's."""
    yield from rows(
        "SELECT id FROM crm_contact"
        " WHERE position(unaccent(trim(first_name || ' ' || last_name)) in search) = 0 ORDER BY 1",
        "contact {id}: its name is missing from its search text",
    )
    yield from rows(
        "SELECT c.id FROM crm_contact c JOIN crm_company o ON o.id = c.company_id"
        " WHERE position(unaccent(o.name) in c.search) = 0 ORDER BY 1",
        "contact {id}: the name of its company is missing from its search text",
    )


@recount("merged contacts")
def merges() -> Iterator[str]:
    """Following aliases from any member ends: there is no circle."""
    yield from rows(
        "WITH RECURSIVE up(start, id, depth) AS ("
        " SELECT member_id, survivor_id, 1 FROM crm_alias"
        " UNION ALL SELECT up.start, a.survivor_id, up.depth + 1 FROM crm_alias a JOIN up ON a.member_id = up.id"
        " WHERE up.depth < 200"
        ") SELECT DISTINCT start FROM up WHERE depth >= 200 ORDER BY 1",
        "contact {start}: its merges go round in a circle",
    )


@recount("identities of merged contacts")
def identities() -> Iterator[str]:
    """A survivor is found by what its members are known by."""
    yield from rows(
        "SELECT a.survivor_id, i.id FROM crm_alias a JOIN crm_identity i ON i.contact_id = a.member_id"
        " JOIN crm_contact s ON s.id = a.survivor_id"
        " WHERE i.kind IN ('email', 'phone', 'external_id')"
        " AND position(unaccent(i.value) in s.search) = 0 ORDER BY 1",
        "contact {survivor_id}: identity {id} of somebody merged into it is missing from its search text",
    )


@recount("cursors")
def cursors() -> Iterator[str]:
    """Every consumer has a cursor, and none stands beyond what has been committed."""
    known = set(Cursor.objects.values_list("consumer", flat=True))
    for consumer in consume.all_consumers():
        if consumer.name not in known:
            yield f"consumer {consumer.name}: has no cursor yet; start a worker"
    yield from rows(
        "SELECT consumer, xid FROM crm_cursor WHERE xid > pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        " ORDER BY 1",
        "consumer {consumer}: its cursor stands at {xid}, beyond the end of the ledger",
    )


@recount("retries")
def retries() -> Iterator[str]:
    """What failed is either due again or a dead letter, and belongs to a consumer that exists."""
    yield from rows(
        "SELECT id, consumer FROM crm_retry WHERE dead <> (due_at IS NULL) ORDER BY 1",
        "retry {id} of {consumer}: neither due again nor a dead letter",
    )
    names = [consumer.name for consumer in consume.all_consumers()]
    yield from rows(
        "SELECT id, consumer FROM crm_retry WHERE NOT consumer = ANY(%s) ORDER BY 1",
        "retry {id}: nobody is called {consumer} any more",
        [names],
    )

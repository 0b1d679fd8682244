"""Recounts of omnichannel: conversations against their messages and cycles, deliveries against their attempts."""

from collections.abc import Iterator

from kernel.consistency import recount, rows


@recount("conversation last message")
def last_messages() -> Iterator[str]:
    yield from rows(
        "SELECT c.id FROM omnichannel_conversation c JOIN LATERAL ("
        " SELECT max(m.created_at) AS at FROM omnichannel_message m"
        " WHERE m.conversation_id = c.id AND m.direction <> 'note') m ON true"
        " WHERE m.at IS NOT NULL AND abs(extract(epoch FROM c.last_message_at - m.at)) > 1 ORDER BY 1",
        "conversation {id}: last_message_at is not the time of its last message",
    )


@recount("conversation status")
def statuses() -> Iterator[str]:
    """Open: one open cycle and no resolution. Resolved: a resolution and no open cycle."""
    yield from rows(
        "SELECT c.id, c.status, count(y.id) AS cycles, count(r.id) AS resolutions FROM omnichannel_conversation c"
        " LEFT JOIN omnichannel_cycle y ON y.conversation_id = c.id AND y.resolved_at IS NULL"
        " LEFT JOIN omnichannel_resolution r ON r.conversation_id = c.id GROUP BY c.id"
        " HAVING (c.status = 'open' AND (count(y.id) <> 1 OR count(r.id) <> 0))"
        " OR (c.status = 'resolved' AND (count(y.id) <> 0 OR count(r.id) = 0)) ORDER BY 1",
        "conversation {id}: is {status} with {cycles} open cycles and {resolutions} resolutions",
    )


@recount("waiting customers")
def waiting() -> Iterator[str]:
    """Somebody waits exactly where an open conversation's last word was a customer's own."""
    yield from rows(
        "SELECT c.id, c.waiting_since IS NOT NULL AS waiting FROM omnichannel_conversation c JOIN LATERAL ("
        " SELECT direction FROM omnichannel_message m WHERE m.conversation_id = c.id AND m.direction <> 'note'"
        " AND NOT m.automatic ORDER BY m.id DESC LIMIT 1) m ON true"
        " WHERE (c.waiting_since IS NOT NULL AND (c.status = 'resolved' OR m.direction <> 'inbound'))"
        " OR (c.waiting_since IS NULL AND c.status = 'open' AND m.direction = 'inbound'"
        "     AND NOT EXISTS (SELECT 1 FROM omnichannel_cycle y WHERE y.conversation_id = c.id AND y.number > 1))"
        " ORDER BY 1",
        "conversation {id}: waiting is {waiting}, its messages say otherwise",
    )


@recount("unread")
def readings() -> Iterator[str]:
    """Nobody has read further than there are messages."""
    yield from rows(
        "SELECT r.conversation_id, r.user_id, r.last_message_id FROM omnichannel_reading r"
        " WHERE r.last_message_id > coalesce("
        " (SELECT max(m.id) FROM omnichannel_message m WHERE m.conversation_id = r.conversation_id), 0) ORDER BY 1",
        "conversation {conversation_id}: user {user_id} has read up to {last_message_id}, which is not in it",
    )


@recount("deliveries and attempts")
def deliveries() -> Iterator[str]:
    yield from rows(
        "SELECT d.id, d.state FROM omnichannel_delivery d WHERE d.state IN ('sent', 'delivered', 'read')"
        " AND NOT EXISTS (SELECT 1 FROM omnichannel_attempt a WHERE a.delivery_id = d.id) ORDER BY 1",
        "delivery {id}: is {state}, but nobody has tried to send it",
    )
    yield from rows(
        "SELECT id, state FROM omnichannel_delivery WHERE state = 'queued' AND due_at IS NULL ORDER BY 1",
        "delivery {id}: is queued, but not due at any time",
    )
    yield from rows(
        "SELECT d.id, count(*) AS n FROM omnichannel_delivery d JOIN omnichannel_attempt a ON a.delivery_id = d.id"
        " WHERE a.outcome IN ('sent', 'delivered') AND a.number > d.attempts_before"  # earlier rounds: somebody's wish
        " GROUP BY d.id HAVING count(*) > 1 ORDER BY 1",
        "delivery {id}: was accepted {n} times",
    )


@recount("outgoing messages")
def outgoing() -> Iterator[str]:
    """Whatever leaves has an intent, so that it cannot be forgotten."""
    yield from rows(
        "SELECT m.id FROM omnichannel_message m LEFT JOIN omnichannel_delivery d ON d.message_id = m.id"
        " WHERE m.direction = 'outbound' AND d.id IS NULL ORDER BY 1",
        "message {id}: is outbound, but has no delivery",
    )


@recount("inbound")
def inbound() -> Iterator[str]:
    yield from rows(
        "SELECT id, state FROM omnichannel_rawinbound WHERE (state = 'received') <> (due_at IS NOT NULL) ORDER BY 1",
        "inbound item {id}: is {state}, which does not fit when it is due",
    )

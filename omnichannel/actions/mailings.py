"""The same decision for many people: their messages and Deliveries in a few statements, whatever the number.

`outgoing.send` is the verb for one; this one is for journeys and campaigns, which decide for hundreds at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection, transaction

from crm.models import Identity
from crm.models.families import families, spread, survivors
from kernel.recordset import recordset
from kernel.told import kept
from kernel.wakeup import wake
from omnichannel import about
from omnichannel.actions.outgoing import Unreachable, default_channel
from omnichannel.models import Channel, Delivery, Message

NO_ADDRESS = kept("No address for {channel}.")


@dataclass(frozen=True)
class Mailing:
    """One message to one person; `key` makes it happen once. `cause_id`: the event because of which it is sent;
    `conversation_id`: the conversation it is about, which an answer to it joins."""

    contact_id: int
    key: str
    subject: str
    text: str
    html: str = ""
    purpose: str = Delivery.Purpose.TRANSACTIONAL
    extra: dict[str, Any] = field(default_factory=dict)
    cause_id: int | None = None
    conversation_id: int | None = None


@transaction.atomic
def send_many(mailings: Sequence[Mailing], *, channel: Channel | None = None) -> dict[str, str]:
    """Write what is not written yet. Key → why that person cannot be reached, for those who cannot; empty when all can.

    Raises IntegrityError if another transaction writes one of the keys at this very moment: nothing is written then.
    """
    keys = [mailing.key for mailing in mailings]
    written = set(Delivery.objects.filter(key__in=keys).values_list("key", flat=True))
    wanted = [mailing for mailing in mailings if mailing.key not in written]
    try:
        channel = channel or default_channel()
    except Unreachable as error:
        return {mailing.key: str(error) for mailing in wanted}
    addresses = _addresses({mailing.contact_id for mailing in wanted}, channel.plugin.identity_kind)
    reachable = [mailing for mailing in wanted if mailing.contact_id in addresses]
    _write(reachable, channel, addresses)
    return {m.key: NO_ADDRESS.format(channel=channel.name) for m in wanted if m.contact_id not in addresses}


class Address(NamedTuple):
    contact_id: int
    identity_id: int
    value: str
    display: str


def _addresses(contact_ids: set[int], kind: str) -> dict[int, Address]:
    """The newest address of each, over all that a person is; the order is that of `outgoing.reachable_identity`."""
    people = families(contact_ids)
    owner = survivors(people)
    best: dict[int, Address] = {}
    rows = Identity.objects.filter(contact__in=owner, kind=kind).order_by("verified", "last_seen_at", "pk")
    for row in rows.values_list("contact_id", "pk", "value", "display"):
        best[owner[row[0]]] = Address(*row)
    return spread(best, people)


def _write(mailings: Sequence[Mailing], channel: Channel, addresses: dict[int, Address]) -> None:
    if not mailings:
        return
    ids = _new_ids(len(mailings))
    to = [addresses[mailing.contact_id] for mailing in mailings]
    messages = recordset(_MESSAGE, _message_rows(mailings, ids, channel, to))
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES, [channel.pk, channel.address, messages])
        cursor.execute(_DELIVERIES, [channel.pk, recordset(_DELIVERY, _delivery_rows(mailings, ids, to))])
    transaction.on_commit(_wake, robust=True)


_MESSAGE = ("id", "contact_id", "identity_id", "to", "subject", "text", "html", "message_id",
            "about_id", "in_reply_to", "references")  # fmt: skip
_MESSAGES = """
INSERT INTO omnichannel_message
    (channel_id, sender, id, contact_id, identity_id, "to", subject, text, html, message_id, about_id,
     in_reply_to, "references", direction, automatic, sender_name, cc, reply_text, external_id,
      thread_index, created_at)
SELECT %s, %s, id, contact_id, identity_id, ARRAY["to"], subject, text, html, message_id, about_id,
       in_reply_to, "references", 'outbound', true, '', '{}', '', '', '', now()
FROM jsonb_to_recordset(%s::jsonb)
     AS t(id bigint, contact_id bigint, identity_id bigint, "to" text, subject text, text text, html text,
          message_id text, about_id bigint, in_reply_to text, "references" text[])"""

_DELIVERY = ("message_id", "address", "key", "purpose", "extra", "cause_id")
_DELIVERIES = """
INSERT INTO omnichannel_delivery
    (channel_id, message_id, address, key, purpose, extra, cause_id, state, error, provider_id, attempts, due_at,
     created_at)
SELECT %s, message_id, address, key, purpose, extra, cause_id, 'queued', '', '', 0, now(), now()
FROM jsonb_to_recordset(%s::jsonb)
     AS t(message_id bigint, address text, key text, purpose text, extra jsonb, cause_id bigint)"""


def _message_rows(
    mailings: Sequence[Mailing], ids: Sequence[int], channel: Channel, to: Sequence[Address]
) -> list[tuple[Any, ...]]:
    """One Message serves all as what the channel makes its ids from: making an instance takes longer than the rest."""
    plugin, message, rows = channel.plugin, Message(channel=channel), []
    parents = about.parents((m.contact_id, m.conversation_id) for m in mailings if m.conversation_id)
    for mailing, pk, address in zip(mailings, ids, to, strict=True):
        subject = mailing.subject[:500]
        message.pk, message.contact_id = pk, mailing.contact_id
        words = (subject, mailing.text, mailing.html, plugin.new_message_id(message))
        thread = _thread(parents.get((mailing.contact_id, mailing.conversation_id or 0)))
        rows.append((pk, mailing.contact_id, address.identity_id, address.display, *words, *thread))
    return rows


def _thread(parent: about.Parent | None) -> tuple[int | None, str, list[str]]:
    return (parent.conversation_id, parent.message_id, parent.chain) if parent else (None, "", [])


def _delivery_rows(mailings: Sequence[Mailing], ids: Sequence[int], to: Sequence[Address]) -> list[tuple[Any, ...]]:
    return [
        (pk, address.value, mailing.key, mailing.purpose, mailing.extra, mailing.cause_id)
        for mailing, pk, address in zip(mailings, ids, to, strict=True)
    ]


def _new_ids(count: int) -> list[int]:
    """A message's own signed id holds its primary key, so the keys come first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('omnichannel_message', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]


def _wake() -> None:
    from omnichannel.tasks import send_due

    wake(send_due)

"""The same decision for many people: their messages and Deliveries in a few statements, whatever the number.

`outgoing.send` is the verb for one; this one is for journeys and campaigns, which decide for hundreds at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from crm.models import Identity
from crm.models.families import families
from kernel.wakeup import wake
from omnichannel.actions.outgoing import Unreachable, default_channel
from omnichannel.models import Channel, Delivery, Message


@dataclass(frozen=True)
class Mailing:
    """One message to one person; `key` makes it happen once."""

    contact_id: int
    key: str
    subject: str
    text: str
    html: str = ""
    purpose: str = Delivery.Purpose.TRANSACTIONAL
    extra: dict[str, Any] = field(default_factory=dict)


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
    return {m.key: f"No address for {channel.name}." for m in wanted if m.contact_id not in addresses}


def _addresses(contact_ids: set[int], kind: str) -> dict[int, Identity]:
    """The newest address of each, over all that a person is; the order is that of `outgoing.reachable_identity`."""
    people = families(contact_ids)
    members = {member for family in people.values() for member in family.member_ids}
    best: dict[int, Identity] = {}
    owner = {member: person.survivor_id for person in people.values() for member in person.member_ids}
    rows = Identity.objects.filter(contact__in=members, kind=kind).order_by("verified", "last_seen_at", "pk")
    for identity in rows:
        best[owner[identity.contact_id]] = identity
    return {i: best[person.survivor_id] for i, person in people.items() if person.survivor_id in best}


def _write(mailings: Sequence[Mailing], channel: Channel, addresses: dict[int, Identity]) -> None:
    if not mailings:
        return
    plugin = channel.plugin
    messages = [_message(mailing, channel, addresses[mailing.contact_id]) for mailing in mailings]
    for message, pk in zip(messages, _new_ids(len(messages)), strict=True):
        message.pk = pk
        message.message_id = plugin.new_message_id(message)
    Message.objects.bulk_create(messages)
    Delivery.objects.bulk_create(
        Delivery(
            message=message,
            channel=channel,
            address=addresses[mailing.contact_id].value,
            key=mailing.key,
            purpose=mailing.purpose,
            extra=mailing.extra,
        )
        for mailing, message in zip(mailings, messages, strict=True)
    )
    transaction.on_commit(_wake, robust=True)


def _message(mailing: Mailing, channel: Channel, identity: Identity) -> Message:
    return Message(
        contact_id=mailing.contact_id,
        channel=channel,
        identity=identity,
        direction=Message.Direction.OUTBOUND,
        automatic=True,
        sender=channel.address,
        to=[identity.display],
        subject=mailing.subject[:500],
        text=mailing.text,
        html=mailing.html,
    )


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

"""Delivery reports: a bounce belongs on the message itself, and an address that is gone is not written to again."""

from crm.models import Claim
from crm.models.identity import normal_email
from omnichannel.actions import deliveries
from omnichannel.channels.base import BouncedRecipient, InboundMessage
from omnichannel.models import Channel, Delivery, Suppression


def take_in(channel: Channel, inbound: InboundMessage) -> bool:
    """Put the report on the delivery it is about. False: no message of ours is named in it."""
    delivery = _reported(channel, inbound)
    if delivery is None:
        return False
    for recipient in inbound.bounces:
        _take_in_one(delivery, recipient)
    return True


def lift(channel: Channel, inbound: InboundMessage) -> None:
    """Who writes from an address reads there again. Not for a program, nor for who fails to prove who they are, nor for
    the person whom a web form names: anybody could then have us write to an address that is gone."""
    if inbound.automatic or inbound.by_list or inbound.authentication.get("verdict") == "unverified":
        return
    kind = channel.plugin.identity_kind
    address = Claim(kind, inbound.sender).value if inbound.sender else ""
    if address in {claim.value for claim in inbound.claims if claim.kind == kind}:
        Suppression.objects.filter(kind=kind, address=address, reason=Suppression.Reason.BOUNCE).delete()


def _reported(channel: Channel, inbound: InboundMessage) -> Delivery | None:
    """Only by the Message-ID that we gave it: an address alone would let anybody stop our mail to others."""
    if not inbound.bounced_message_id:
        return None
    return (
        Delivery.objects.filter(message__message_id=inbound.bounced_message_id, channel__kind=channel.kind)
        .select_related("message__conversation", "channel")
        .first()
    )


def _take_in_one(delivery: Delivery, recipient: BouncedRecipient) -> None:
    reason = recipient.told
    is_copy = normal_email(recipient.address) in map(normal_email, delivery.message.cc)
    if is_copy:
        reason = f"{recipient.address}: {reason}"
    if recipient.delayed or is_copy:  # to the customer it was sent: say so and wait
        Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.SENT).update(error=reason[:1000])
        return
    deliveries.report(delivery, Delivery.State.BOUNCED, error=reason)
    if recipient.is_gone and normal_email(recipient.address) in ("", delivery.address):
        Suppression.objects.get_or_create(
            kind=delivery.channel.plugin.identity_kind,
            address=delivery.address,
            reason=Suppression.Reason.BOUNCE,
            defaults={"detail": reason[:500]},
        )

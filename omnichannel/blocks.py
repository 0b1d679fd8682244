"""Addresses that must not be written to: why one is blocked, told so that the reader knows who can lift it."""

from kernel.told import kept
from omnichannel.models import Channel, Suppression

Reason = Suppression.Reason
BLOCKED: dict[str, str] = {
    Reason.BOUNCE: kept(
        "Earlier mail to this address came back. The block ends once the customer writes from it, or an administrator "
        "removes it under Suppressions."
    ),
    Reason.COMPLAINT: kept(
        "The customer reported our mail as unwanted. Only an administrator can lift the block, under Suppressions."
    ),
    Reason.UNSUBSCRIBE: kept("The customer unsubscribed this address from marketing."),
}


def why(channel: Channel, address: str, *, marketing: bool = False) -> str:
    """Empty if the address may be written to."""
    found = Suppression.objects.filter(kind=channel.plugin.identity_kind, address=address)
    if not marketing:
        found = found.exclude(reason=Reason.UNSUBSCRIBE)
    first = found.first()
    return BLOCKED[first.reason] if first else ""

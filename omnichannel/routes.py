"""Where an answer goes: to the addresses that the customer's last message asks for (Reply-To), else to their own.

Anybody can write anything into a Reply-To. So it counts for answers in its own conversation only, it says nothing of
who a person is, and the composer shows it.
"""

from dataclasses import dataclass

from crm.models import Claim
from omnichannel.models import Channel, Conversation, Message

MOST_COPIES = 50


@dataclass(frozen=True)
class Detour:
    """Answers by this account go to `to` instead of to `sender`, the address that the customer wrote from."""

    channel: Channel
    to: list[str]
    sender: str


def asked_for(message: Message) -> list[str]:
    """Its Reply-To, without what is no address and what is ours; empty if answers go to the sender anyway."""
    channel, identity = message.channel, message.identity
    if not message.reply_to or channel is None or identity is None:
        return []
    wanted = [Claim(identity.kind, address).value for address in message.reply_to]
    ours = _ours(channel, identity.kind)
    found = list(dict.fromkeys(address for address in wanted if address and address not in ours))
    return [] if found == [identity.value] else found


def copied(message: Message) -> list[str]:
    """Whom an answer is copied to: whom the customer copied, without ourselves, as we would answer our own answer."""
    channel, identity = message.channel, message.identity
    if not message.cc or channel is None or identity is None:
        return []
    ours = _ours(channel, identity.kind)
    return [address for address in message.cc if Claim(identity.kind, address).value not in ours][:MOST_COPIES]


def _ours(channel: Channel, kind: str) -> set[str]:
    addresses = Channel.objects.filter(kind=channel.kind).values_list("address", flat=True)
    return {Claim(kind, address).value for address in addresses}


def detours(conversation: Conversation) -> list[Detour]:
    """Of the accounts that the customer has used here, those whose answers go elsewhere."""
    inbound = Message.objects.filter(
        conversation=conversation, direction=Message.Direction.INBOUND, channel__active=True, identity__isnull=False
    )
    last = inbound.order_by("channel_id", "-pk").distinct("channel_id").select_related("channel", "identity")
    return [
        Detour(message.channel, to, message.identity.value)
        for message in last.defer("text", "reply_text", "html")
        if message.channel and message.identity and (to := asked_for(message))
    ]

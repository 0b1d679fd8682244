"""Where an answer goes: to the addresses that the customer's last message asks for (Reply-To), else to their own.

Anybody can write anything into a Reply-To. So it counts for answers in its own conversation only, it says nothing of
who a person is, and the composer shows it.
"""

from dataclasses import dataclass

from crm.models import Claim
from omnichannel.models import Channel, Conversation, Message


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
    accounts = Channel.objects.filter(kind=channel.kind).values_list("address", flat=True)
    ours = {Claim(identity.kind, address).value for address in accounts}
    found = list(dict.fromkeys(address for address in wanted if address and address not in ours))
    return [] if found == [identity.value] else found


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

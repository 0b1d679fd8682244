"""Where an answer goes: to the customer, at the addresses that their own last message asks for (Reply-To), else to the
address it came from; with copies to whom they copied.

Others write into a conversation too: whoever got a copy or a forwarded mail, and programs. An answer never goes to them
unasked; the composer names them, and an agent may add them as copies. Anybody can write anything into a Reply-To. So it
counts for answers in its own conversation only, it says nothing of who a person is, and the composer shows it.
"""

from dataclasses import dataclass, field

from crm.models import Claim
from omnichannel import blocks
from omnichannel.models import Channel, Conversation, Message
from omnichannel.models.message import MessageQuerySet

MOST_COPIES = 50
MOST_OFFERED = 10
LOOKED_AT = 20  # newest messages whose writers are offered


@dataclass(frozen=True)
class Route:
    """Answers by this account go `to` there, with copies to `copied`; `offered` are others who take part."""

    channel: Channel
    to: list[str]
    sender: str = ""  # the address the customer last wrote from
    copied: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    stranger: str = ""  # who wrote last, if that was somebody else
    blocked: str = ""  # why nothing would leave, as `told` knows it

    @property
    def is_detour(self) -> bool:
        return bool(self.to and self.sender) and self.to != [self.sender]


def last_of_customer(conversation: Conversation, channel: Channel | None = None) -> Message | None:
    """Their newest message; what a program sent in their name counts only where nothing else is."""
    own = _inbound(conversation).filter(identity__contact__in=conversation.person.family_ids)
    if channel is not None:
        own = own.filter(channel=channel)
    return own.order_by("automatic", "-pk").first()


def _inbound(conversation: Conversation) -> MessageQuerySet:
    rows: MessageQuerySet = Message.objects.filter(conversation=conversation, direction=Message.Direction.INBOUND)
    return rows.exclude(identity=None).select_related("channel", "identity")


def addressed(message: Message) -> tuple[list[str], list[str]]:
    """To whom its answer goes and who gets a copy; nobody in the first: to the address it came from."""
    to = asked_for(message)
    return to[:1], [*to[1:], *copied(message)]


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
    return _others(message, message.cc)[:MOST_COPIES]


def _others(message: Message, addresses: list[str]) -> list[str]:
    channel, identity = message.channel, message.identity
    if not addresses or channel is None or identity is None:
        return []
    ours = _ours(channel, identity.kind)
    return [address for address in addresses if Claim(identity.kind, address).value not in ours]


def _ours(channel: Channel, kind: str) -> set[str]:
    addresses = Channel.objects.filter(kind=channel.kind).values_list("address", flat=True)
    return {Claim(kind, address).value for address in addresses}


def routes(conversation: Conversation) -> list[Route]:
    """One for each account that the customer has used here, the one last used first."""
    own = _inbound(conversation).filter(channel__active=True, identity__contact__in=conversation.person.family_ids)
    last = own.order_by("channel_id", "automatic", "-pk").distinct("channel_id").defer("text", "reply_text", "html")
    strangers = _strangers(conversation)
    return [_route(message, strangers) for message in sorted(last, key=lambda message: -message.pk)]


def _route(message: Message, strangers: list[Message]) -> Route:
    identity, channel = message.identity, message.channel
    if identity is None or channel is None:
        raise ValueError("Only a message that came by an account has a way back.")
    to, copies = addressed(message)
    others = [m for m in strangers if m.channel_id == message.channel_id]
    known = {identity.value, *(Claim(identity.kind, address).value for address in [*to, *copies])}
    offered = dict.fromkeys([*(m.sender for m in others), *_others(message, message.to)])
    return Route(
        channel,
        to or [identity.value],
        identity.value,
        copies,
        [a for a in offered if Claim(identity.kind, a).value not in known][:MOST_OFFERED],
        others[0].sender if others and others[0].pk > message.pk else "",
        blocks.why(channel, (to or [identity.value])[0]),
    )


def _strangers(conversation: Conversation) -> list[Message]:
    """Of the newest messages, those that people sent who are not the customer."""
    newest = _inbound(conversation).defer("text", "reply_text", "html").order_by("-pk")[:LOOKED_AT]
    own = set(conversation.person.family_ids)
    return [m for m in newest if m.identity and m.identity.contact_id not in own and not m.automatic]

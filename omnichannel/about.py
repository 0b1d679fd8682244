"""What a program's mail is about: the conversation that it was sent because of. Its answer joins that one, and in the
customer's mailbox it stands where the conversation stands."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from crm.models.families import Family, families
from omnichannel.channels.base import InboundMessage
from omnichannel.models import Conversation, Message

MOST_REFERENCES = 50
Pair = tuple[int, int]  # contact id, conversation id


class Parent(NamedTuple):
    """The conversation, and the last of it that this person wrote or got: what the mail answers."""

    conversation_id: int
    message_id: str
    references: list[str]

    @property
    def chain(self) -> list[str]:
        """RFC 5322 §3.6.4: the references of the message answered, then its own id."""
        return [*self.references, self.message_id][-MOST_REFERENCES:] if self.message_id else []


def is_answer(inbound: InboundMessage) -> bool:
    """Does it answer such a mail? By what it says it answers; who lies changes nothing but their own story."""
    answered = inbound.in_reply_to or next(reversed(inbound.references), "")
    return bool(answered) and Message.objects.filter(message_id=answered[:320], about__isnull=False).exists()


def parents(pairs: Iterable[Pair]) -> dict[Pair, Parent]:
    """Only of conversations that the person takes part in: whoever gets the mail may write into its conversation, and
    an event from outside may mean another program's numbers."""
    wanted = set(pairs)
    if not wanted:
        return {}
    people = families(contact for contact, _ in wanted)
    customers = dict(Conversation.objects.filter(pk__in={pk for _, pk in wanted}).values_list("pk", "contact_id"))
    newest = _newest(set(customers), {member for person in people.values() for member in person.member_ids})
    found = {(c, pk): _parent(people[c], pk, customers[pk], newest) for c, pk in wanted if pk in customers}
    return {pair: parent for pair, parent in found.items() if parent is not None}


def _newest(conversations: Collection[int], contacts: Collection[int]) -> dict[Pair, Message]:
    said = Message.objects.filter(conversation__in=conversations, contact__in=contacts)
    said = said.exclude(direction=Message.Direction.NOTE).order_by("conversation", "contact", "-pk")
    rows = said.distinct("conversation", "contact").only("conversation_id", "contact_id", "message_id", "references")
    return {(row.contact_id, row.conversation_id): row for row in rows if row.conversation_id}


def _parent(person: Family, pk: int, customer: int, newest: dict[Pair, Message]) -> Parent | None:
    own = [newest[member, pk] for member in person.member_ids if (member, pk) in newest]
    last = max(own, key=lambda message: message.pk, default=None)
    if last is not None:
        return Parent(pk, last.message_id, last.references)
    return Parent(pk, "", []) if customer in person.member_ids else None

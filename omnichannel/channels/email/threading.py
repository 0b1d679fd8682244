"""Which conversation a mail belongs to. The first evidence that holds wins; nothing is merged on a guess.

1. a signed reply address, 2. In-Reply-To and References against all Message-IDs sent or received, newest first,
3. the signed marker in the body, 4. `[#number]` in the subject, 5. Outlook's Thread-Index. The ids of others can be
guessed or read by third parties, so for received ids, 4 and 5 the sender must already take part in the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.db.models import Q

from crm.models import Contact
from omnichannel.channels.base import InboundMessage
from omnichannel.models import Conversation, Message

from . import tokens

SUBJECT_NUMBER = re.compile(r"\[#([0-9]{1,18})\]")
THREAD_ROOT = 28  # base64 characters of the 22 bytes that all mails of an Outlook thread share, without the last

Evidence = Callable[[InboundMessage, int], "Conversation | None"]


def find_conversation(message: InboundMessage, contact_id: int) -> Conversation | None:
    for evidence in EVIDENCE:
        if found := evidence(message, contact_id):
            return found
    return None


def by_reply_address(message: InboundMessage, contact_id: int) -> Conversation | None:
    envelope = message.headers.get("envelope-to", "").split()
    for address in [*envelope, *message.to, *message.cc]:
        if token := tokens.from_address(address):
            return _named_by(token)
    return None


def by_message_ids(message: InboundMessage, contact_id: int) -> Conversation | None:
    for message_id in _answered(message):
        if token := tokens.from_message_id(message_id):
            found = _named_by(token)
        else:
            found = _received(message_id, message, contact_id)
        if found:
            return found
    return None


def _answered(message: InboundMessage) -> Iterator[str]:
    """In-Reply-To first, then the References from the newest; each once."""
    return iter(dict.fromkeys(each for each in (message.in_reply_to, *reversed(message.references)) if each))


def _received(message_id: str, message: InboundMessage, contact_id: int) -> Conversation | None:
    earlier = Message.objects.filter(message_id=message_id[:320], direction=Message.Direction.INBOUND)
    for candidate in earlier.exclude(conversation=None).select_related("conversation").order_by("-pk")[:5]:
        if candidate.conversation and takes_part(candidate.conversation, message, contact_id):
            return candidate.conversation
    return None


def by_marker(message: InboundMessage, contact_id: int) -> Conversation | None:
    token = tokens.from_text(f"hilo:{message.headers.get('marker', '')}")
    return _named_by(token) if token else None


def by_subject_number(message: InboundMessage, contact_id: int) -> Conversation | None:
    for number in SUBJECT_NUMBER.findall(message.subject):
        found = Conversation.objects.filter(pk=number).first()
        if found and takes_part(found, message, contact_id):
            return found
    return None


def by_thread_index(message: InboundMessage, contact_id: int) -> Conversation | None:
    root = message.headers.get("thread-index", "")[:THREAD_ROOT]
    if len(root) < THREAD_ROOT:
        return None
    related = Message.objects.filter(contact__in=_members(contact_id), thread_index__startswith=root)
    newest = related.exclude(conversation=None).select_related("conversation").order_by("-pk").first()
    return newest.conversation if newest else None


EVIDENCE: tuple[Evidence, ...] = (by_reply_address, by_message_ids, by_marker, by_subject_number, by_thread_index)


def _named_by(token: tokens.Token) -> Conversation | None:
    """A message that a program sent belongs to the conversation it is about; about none, its answer opens one."""
    if token.kind == "c":
        return Conversation.objects.filter(pk=token.pk).first()
    sent = Message.objects.filter(pk=token.pk).only("conversation_id", "about_id").first()
    return Conversation.objects.filter(pk=sent.thread_id).first() if sent and sent.thread_id else None


def takes_part(conversation: Conversation, message: InboundMessage, contact_id: int) -> bool:
    """The sender is the customer of the conversation, or was written to or from in it."""
    if conversation.contact_id in _members(contact_id):
        return True
    sender = message.sender
    lower = sender.lower()
    known = Q(sender__iexact=sender) | Q(to__contains=[sender]) | Q(cc__contains=[sender])
    known |= Q(to__contains=[lower]) | Q(cc__contains=[lower])
    return bool(sender) and conversation.messages.filter(known).exists()


def _members(contact_id: int) -> list[int]:
    contact = Contact.objects.filter(pk=contact_id).first()
    return list(contact.member_ids()) if contact else [contact_id]

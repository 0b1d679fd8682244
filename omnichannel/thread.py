"""What a conversation's thread shows: messages, notes, and what happened in between, in order."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.ledger.fact import tell
from crm.models import Contact, Event, Identity, User
from crm.models.event import EventQuerySet
from omnichannel.facts import ConversationAssigned, ConversationReopened, ConversationResolved, DeliveryChanged
from omnichannel.models import Attachment, Channel, Conversation, Cycle, Delivery, Inbox, Message
from omnichannel.models.message import MessageQuerySet

LENGTH = 50  # messages shown at first; older ones on request
TOLD = (ConversationAssigned.name, ConversationResolved.name, ConversationReopened.name)
FATES = (Delivery.State.SENT, *Delivery.MAY_RETRY)  # of mails that programs write
ENDLESS = re.compile(r"\S{1000}")
DRAWN = re.compile(r'data-attachment="(\d+)"')  # channels.email.mime.clean counts the mail's files so
# Shown in the browser without a download; SVG is not among them: it carries scripts.
RASTER = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True)
class Line:
    """Something that happened between the messages."""

    id: int
    text: str
    at: datetime


@dataclass(frozen=True)
class Spoken:
    """One message as the thread shows it."""

    message: Message
    is_new: bool = False
    is_strangers: bool = False  # of somebody who is not the customer of the conversation

    @property
    def at(self) -> datetime:
        return self.message.created_at

    @property
    def direction(self) -> str:
        return {"inbound": "in", "outbound": "out"}.get(self.message.direction, "note")

    @property
    def name(self) -> str:
        message = self.message
        if message.is_inbound:
            return message.sender_name or message.contact.name
        if message.author:
            return message.author.name
        return str(_("Automatic") if message.automatic else _("A program"))

    @property
    def delivery(self) -> Delivery | None:
        return getattr(self.message, "delivery", None)

    @property
    def may_retry(self) -> bool:
        return self.delivery is not None and self.delivery.state in Delivery.MAY_RETRY

    @property
    def has_more(self) -> bool:
        """Is there more to show than the new part: quotes, signature, pictures, layout?"""
        return bool(self.message.html) or len(self.message.text.split()) > len(self.message.visible_text.split())

    @property
    def has_endless_word(self) -> bool:
        return bool(ENDLESS.search(self.message.visible_text) or ENDLESS.search(self.message.text))

    @property
    def blocked_images(self) -> int:
        return self.message.html.count("data-remote-src=")

    @property
    def files(self) -> list[Attachment]:
        """Attachments that a reader would look for: what is drawn inside the HTML is not listed again."""
        drawn = set(map(int, DRAWN.findall(self.message.html)))
        return [file for number, file in enumerate(self.message.attachments.all()) if number not in drawn]

    @property
    def pictures(self) -> list[Attachment]:
        return [f for f in self.files if f.content_type in RASTER]


@dataclass(frozen=True)
class Stretch:
    """A part of a thread. `before`: the id below which older messages go on, 0 if there are none."""

    items: list[Line | Spoken]
    before: int
    newest: int


def told_in_full(messages: MessageQuerySet) -> MessageQuerySet:
    return messages.select_related("contact", "author", "channel", "delivery").prefetch_related(
        "contact__identities", Prefetch("attachments", Attachment.objects.order_by("pk"))
    )


def stretch(conversation: Conversation, *, before: int = 0) -> Stretch:
    rows: MessageQuerySet = Message.objects.filter(conversation=conversation)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(told_in_full(rows).order_by("-pk")[: LENGTH + 1])
    shown = found[:LENGTH][::-1]
    more = len(found) > LENGTH
    items: list[Line | Spoken] = [spoken(message, conversation) for message in shown]
    items += lines(conversation, since=shown[0].created_at if more else None, until=_begin(conversation, before))
    items.sort(key=lambda item: item.at)
    return Stretch(items, shown[0].pk if more else 0, shown[-1].pk if shown else 0)


def spoken(message: Message, conversation: Conversation, *, is_new: bool = False) -> Spoken:
    """Anybody can give themselves the customer's name: who is somebody else is shown with their address."""
    is_strangers = message.is_inbound and message.contact_id not in conversation.person.family_ids
    return Spoken(message, is_new, is_strangers)


def _begin(conversation: Conversation, of: int) -> datetime | None:
    """When the later stretch begins, whose first message is `of`: what happened just before it belongs to this one."""
    later = (
        Message.objects.filter(conversation=conversation, pk__gte=of).order_by("pk") if of else Message.objects.none()
    )
    return later.values_list("created_at", flat=True).first()


def lines(conversation: Conversation, *, since: datetime | None, until: datetime | None) -> list[Line]:
    told = told_in(conversation)
    span = Q(occurred_at__gte=since) if since else Q()
    span &= Q(occurred_at__lt=until) if until else Q()
    newest = told.filter(span).order_by("-occurred_at", "-id")[:200]
    return [line(event) for event in reversed(newest)]


def told_in(conversation: Conversation) -> EventQuerySet:
    """What became of it, and the mails that journeys and surveys sent because of it or while it was open."""
    open_then = Cycle.objects.filter(conversation=conversation, opened_at__lte=OuterRef("occurred_at")).exclude(
        resolved_at__lt=OuterRef("occurred_at")
    )
    mails = Q(name=DeliveryChanged.name, properties__state__in=FATES) & ~Q(properties__conversation_id__gt=0)
    ours = Exists(open_then) | Q(cause__properties__conversation_id=conversation.pk)
    known = Event.objects.filter(contact__in=conversation.person.family_ids, name__in=[*TOLD, DeliveryChanged.name])
    return known.filter(Q(name__in=TOLD, properties__conversation_id=conversation.pk) | (mails & ours))


def line(event: Event) -> Line:
    return Line(event.pk, tell(event.name, event.properties), event.occurred_at)


def channels_to(contact: Contact, *, by: User) -> list[Channel]:
    """Active accounts that `by` may write from and that reach this person: where `outgoing.reachable_identity` finds an
    address."""
    kinds = set(Identity.objects.filter(contact__in=contact.family_ids).values_list("kind", flat=True))
    own = Channel.objects.filter(active=True, inbox__in=Inbox.objects.visible_to(by))
    return [channel for channel in own if channel.plugin.identity_kind in kinds]


def reply_channels(conversation: Conversation, *, by: User) -> list[Channel]:
    """Accounts by which `by` can answer the customer, the one last used first."""
    last = (
        Message.objects.filter(conversation=conversation, direction=Message.Direction.INBOUND)
        .order_by("-pk")
        .values_list("channel_id", flat=True)
        .first()
    )
    usable = channels_to(conversation.person, by=by)
    return sorted(usable, key=lambda c: (c.pk != last, c.inbox_id != conversation.inbox_id, c.pk))


def colleagues() -> QuerySet[User]:
    """Those who work in the inbox. A program may hand a conversation to any of them, also from another team's inbox."""
    return User.objects.filter(is_active=True, groups__name__in=("agent", "manager", "admin")).distinct()


def assignable(conversation: Conversation) -> list[User]:
    """Colleagues who may work on it: those who see its inbox."""
    team, people = conversation.inbox.team_id, colleagues()
    if team:
        people = people.filter(Q(team=team) | Q(groups__name__in=("manager", "admin")))
    return list(people.order_by("first_name", "last_name", "pk"))

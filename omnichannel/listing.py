"""Questions of the inbox's list: which conversations, in which tab, with what marks, and how many.

A page costs the same number of queries at any size: the conversations, their people's addresses, their marks, their
last messages, and one for all counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from crm.models import Contact, User
from crm.models.families import families, persons, survivors
from kernel.lists import CAP, Page, keyset_page
from kernel.realtime import SEEN_AT_MOST, Place
from omnichannel.models import Conversation, Delivery, Inbox, Message, Reading
from omnichannel.models.conversation import ConversationQuerySet

PAGE = 25
ORDER = ("-last_message_at", "-id")
MOST_PEOPLE = 200  # a search that matches more people than this is too vague for their conversations to help


class Tab(models.TextChoices):
    MINE = "mine", _("Mine")
    UNASSIGNED = "unassigned", _("Unassigned")
    ALL = "all", _("All")
    RESOLVED = "resolved", _("Resolved")


@dataclass(frozen=True)
class Row:
    """One conversation as the list shows it. `last`: the newest message that is not a note."""

    conversation: Conversation
    last: Message | None
    unread: bool

    @property
    def name(self) -> str:
        return self.conversation.person.name

    @property
    def did_not_arrive(self) -> bool:
        delivery = getattr(self.last, "delivery", None)
        return delivery is not None and delivery.state in Delivery.MAY_RETRY


@dataclass(frozen=True)
class Counts:
    """How many are open, and the place in the ledger at which that was true: live changes go on from there."""

    mine: int
    unassigned: int
    all: int
    place: Place


def in_tab(user: User, tab: str) -> ConversationQuerySet:
    seen: ConversationQuerySet = Conversation.objects.visible_to(user)
    match tab:
        case Tab.MINE:
            return seen.open().mine(user)
        case Tab.UNASSIGNED:
            return seen.open().unassigned()
        case Tab.RESOLVED:
            return seen.resolved()
    return seen.open()


def tabs_of(user: User, conversation: Conversation) -> set[str]:
    """In which tabs this user finds this conversation."""
    if conversation.is_resolved:
        return {Tab.RESOLVED}
    if conversation.assignee_id is None:
        return {Tab.ALL, Tab.UNASSIGNED}
    return {Tab.ALL, Tab.MINE} if conversation.assignee_id == user.pk else {Tab.ALL}


def matching(user: User, words: str) -> ConversationQuerySet:
    """Search over all history: subject, newest words, and everybody whom the words name, as all that they are."""
    named = Contact.objects.visible_to(user).matching(words).values_list("pk", flat=True)
    people = survivors(families(named[:MOST_PEOPLE]))
    found = Q(subject__icontains=words) | Q(preview__icontains=words) | Q(contact_id__in=people)
    if words.lstrip("#").isdecimal():
        found |= Q(pk=int(words.lstrip("#")[:18]))
    seen: ConversationQuerySet = Conversation.objects.visible_to(user)
    return seen.filter(found)


def page(user: User, tab: str, *, search: str = "", cursor: str = "") -> Page[Conversation]:
    rows = matching(user, search) if search else in_tab(user, tab)
    return keyset_page(with_people(rows), order=ORDER, cursor=cursor, size=PAGE)


def with_people(rows: ConversationQuerySet) -> ConversationQuerySet:
    return rows.select_related("contact", "assignee", "inbox").prefetch_related("contact__identities")


def following(user: User, tab: str, conversation: Conversation) -> Conversation | None:
    """The row below this one in the tab; the first one after the last."""
    others = with_people(in_tab(user, tab)).exclude(pk=conversation.pk).latest_first()
    at = conversation.last_message_at
    below = Q(last_message_at__lt=at) | Q(last_message_at=at, pk__lt=conversation.pk)
    return others.filter(below).first() or others.first()


def dress(user: User, conversations: Sequence[Conversation]) -> list[Row]:
    """People, unread marks and last messages for rows already fetched."""
    introduce(conversations)
    marks = {pk: (last, newest, read) for pk, last, newest, read in _marks(user, conversations)}
    wanted = [last for last, _newest, _read in marks.values() if last]
    messages = (
        Message.objects.filter(pk__in=wanted).select_related("channel", "delivery").defer("html", "text").in_bulk()
    )
    return [_row(conversation, messages, *marks[conversation.pk]) for conversation in conversations]


def introduce(conversations: Sequence[Conversation]) -> None:
    """From now on these know their `person`: one question for all of them."""
    people = persons(conversation.contact for conversation in conversations)
    for conversation in conversations:
        conversation.person = people[conversation.contact_id]


def _row(conversation: Conversation, messages: dict[int, Message], last: int, newest: int, read: int) -> Row:
    return Row(conversation, messages.get(last), newest > read)


def _marks(user: User, conversations: Sequence[Conversation]) -> list[tuple[int, int, int, int]]:
    """(id, last message, last message by the customer, how far this user has read); 0 for none."""
    of_it = Message.objects.filter(conversation=OuterRef("pk")).order_by("-id").values("pk")
    last = of_it.exclude(direction=Message.Direction.NOTE)[:1]
    inbound = of_it.filter(direction=Message.Direction.INBOUND)[:1]
    read = Reading.objects.filter(conversation=OuterRef("pk"), user=user).values("last_message_id")[:1]
    marked = Conversation.objects.filter(pk__in=[c.pk for c in conversations]).values_list(
        "pk", Coalesce(Subquery(last), 0), Coalesce(Subquery(inbound), 0), Coalesce(Subquery(read), 0)
    )
    return list(marked)


def counts(user: User) -> Counts:
    """All counts and the ledger's place in one statement, so that they belong to the same moment."""
    parts: list[str] = []
    params: list[Any] = []
    seen: ConversationQuerySet = Conversation.objects.visible_to(user)
    everything = seen.open().order_by()
    for number, rows in enumerate((everything.mine(user), everything.unassigned(), everything)):
        sql, values = rows.values("pk")[:CAP].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS in_{number})")  # noqa: S608
        params += values
    horizon = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    above = f"SELECT id FROM crm_event WHERE xid >= {horizon} ORDER BY xid DESC, id DESC LIMIT {SEEN_AT_MOST}"  # noqa: S608
    sql = f"SELECT {', '.join(parts)}, {horizon}, ARRAY({above})"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        mine, unassigned, in_all, xid, seen_above = cursor.fetchone() or (0, 0, 0, 0, [])
    return Counts(mine, unassigned, in_all, Place(xid, frozenset(seen_above)))


def topics(user: User) -> list[str]:
    """What the page listens to: each inbox that this user may see, and what is handed to them from elsewhere."""
    return [f"user:{user.pk}", *(f"inbox:{pk}" for pk in Inbox.objects.visible_to(user).values_list("pk", flat=True))]

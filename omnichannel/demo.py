"""A year of conversations for the demo company: written as rows, because verbs would date everything today."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.text import Truncator

from crm.demo import seeder, were_here
from crm.facts import FeelingChanged
from crm.ledger import Fact, Recorded, publish_many
from crm.models import Contact, Identity, Team, User
from omnichannel import facts
from omnichannel.demo_purchases import Purchase, about, fits, purchases, put_back, take, things
from omnichannel.demo_texts import CITIES, SCRIPTS, Script
from omnichannel.models import Attempt, Channel, Conversation, Cycle, Delivery, Inbox, Message, Reading, Resolution

ADDRESS = "support@hilo.example"
HOW_MANY = 124
OPEN_NOW = 18
PATIENCE = 60  # how often somebody else is looked for who has something to write that nobody has written
AGENTS = ("agent@hilo.example", "agent2@hilo.example")
READERS = (*AGENTS, "manager@hilo.example", "admin@hilo.example")


@dataclass(frozen=True)
class Topic:
    contact: Contact
    language: str
    script: Script
    words: dict[str, str]

    @property
    def subject(self) -> str:
        return self.script.subject.format_map(self.words)


@dataclass
class Story:
    """One conversation before it is written: who, what was said when, and how it ended."""

    topic: Topic
    identity: Identity
    turns: list[tuple[str, str, datetime]]
    owner: User | None
    resolved_at: datetime | None
    conversation: Conversation = field(default_factory=Conversation)
    messages: list[Message] = field(default_factory=list)


@seeder(order=20)
def conversations(random: Random, customers: Sequence[Contact]) -> None:
    channel = support_channel()
    colleagues = list(User.objects.filter(email__in=AGENTS).order_by("email"))
    stories = imagine(random, customers, colleagues, timezone.now())
    write_conversations(channel, stories)
    write_messages(channel, stories)
    write_deliveries(random, channel, stories)
    write_readings(stories)
    write_feelings(stories)
    were_here((story.topic.contact.pk, at) for story in stories for who, _, at in story.turns if who == "c")
    publish_many([fact for story in stories for fact in told(story)])


def support_channel() -> Channel:
    """The account that answers support@hilo.example, and its inbox."""
    team = Team.objects.filter(name__in=("Support", "Soporte")).first()
    inbox, _made = Inbox.objects.get_or_create(name="Support", defaults={"team": team})
    channel, _made = Channel.objects.get_or_create(
        kind="email",
        address=ADDRESS,
        defaults={"name": "Support", "inbox": inbox, "settings": {"from_name": "Casa Lumbre"}, "health": "good"},
    )
    return channel


# --- imagining ---------------------------------------------------------------------------------------------------


def imagine(random: Random, customers: Sequence[Contact], colleagues: Sequence[User], now: datetime) -> list[Story]:
    reachable = _reachable(customers)
    people = {c.pk: c for c in customers if c.pk in reachable}
    made = purchases(list(people.values()))
    begins = sorted(_begin(random, number, now) for number in range(HOW_MANY) if people)
    stories: list[Story] = []
    asked: set[Script] = set()  # what is open now: a list of the same words would look made up
    for number, begin in enumerate(begins):
        is_open = number >= HOW_MANY - OPEN_NOW
        topic = _topic(random, people, made, begin, asked)
        asked |= {topic.script} if is_open else set()
        stories.append(_story(random, topic, reachable[topic.contact.pk], colleagues, begin, is_open, now))
    return stories


def _reachable(customers: Sequence[Contact]) -> dict[int, Identity]:
    mine = Identity.objects.filter(kind="email", contact__in=[c.pk for c in customers]).order_by("-pk")
    return {identity.contact_id: identity for identity in mine}


def _begin(random: Random, number: int, now: datetime) -> datetime:
    """The open ones within three days; the others over the year, in working hours, more of them lately."""
    if number < OPEN_NOW:
        return now - timedelta(minutes=random.randint(5, 3 * 24 * 60))
    day = now - timedelta(days=4 + int(356 * random.random() ** 1.4))
    return day.replace(hour=random.randint(7, 19), minute=random.randint(0, 59))


def _topic(
    random: Random, people: dict[int, Contact], made: list[Purchase], begin: datetime, asked: set[Script]
) -> Topic:
    """Somebody who has an order of these days to write about; else somebody who wants to know something."""
    for _ in range(PATIENCE):
        purchase = take(random, made, begin)
        contact = people[purchase.contact_id] if purchase else _anybody(random, people, begin)
        fitting = [script for script in _fitting(contact, purchase, begin) if script not in asked]
        if fitting:
            return _about(random, contact, purchase, random.choice(fitting))
        put_back(made, purchase)
    contact = _anybody(random, people, begin)
    scripts = [script for script in SCRIPTS[_language(contact)] if not script.needs_an_order]
    return _about(random, contact, None, random.choice([s for s in scripts if s not in asked] or scripts))


def _anybody(random: Random, people: dict[int, Contact], begin: datetime) -> Contact:
    """Of those who are customers by then."""
    return random.choice([contact for contact in people.values() if contact.created_at < begin])


def _language(contact: Contact) -> str:
    return contact.language if contact.language in SCRIPTS else "es"


def _fitting(contact: Contact, purchase: Purchase | None, begin: datetime) -> list[Script]:
    language = _language(contact)
    return [script for script in scripts_for(contact, language) if fits(script, language, purchase, begin)]


def _about(random: Random, contact: Contact, purchase: Purchase | None, script: Script) -> Topic:
    language = _language(contact)
    words = {
        "name": contact.first_name or contact.name,
        "order": purchase.order if purchase else str(random.randint(10_000, 99_999)),
        "product": random.choice(things(script, language, purchase) or about(script, language)),
        "city": contact.traits.get("city") or random.choice(CITIES[language]),
        "company": contact.company.name if contact.company else "",
    }
    return Topic(contact, language, script, words)


def _story(
    random: Random,
    topic: Topic,
    identity: Identity,
    colleagues: Sequence[User],
    begin: datetime,
    is_open: bool,
    now: datetime,
) -> Story:
    owner = random.choice([*colleagues, *colleagues, None]) if is_open and colleagues else None
    owner = owner if is_open else (random.choice(list(colleagues)) if colleagues else None)
    turns = _turns(random, topic, begin, is_open, owner is not None, now)
    ended = None if is_open else turns[-1][2] + timedelta(minutes=random.randint(2, 240))
    return Story(topic, identity, turns, owner, ended)


def scripts_for(contact: Contact, language: str) -> Sequence[Script]:
    """Whoever buys for a company writes about that half of the time."""
    private = [script for script in SCRIPTS[language] if not script.is_for_a_company]
    business = [script for script in SCRIPTS[language] if script.is_for_a_company]
    return private + business * len(private) if contact.company else private


def _turns(
    random: Random, topic: Topic, begin: datetime, is_open: bool, taken: bool, now: datetime
) -> list[tuple[str, str, datetime]]:
    """When each thing was said. An open one that nobody took has only its question; others may be asked again."""
    script = topic.script
    answered = next(n for n, (who, _text) in enumerate(script.turns, 1) if who == "a")
    said = script.turns[: (answered if taken else 1) if is_open else None]
    spoken = list(said)
    if is_open and taken and script.asked_again and random.random() < 0.7:
        spoken.append(("c", script.asked_again))
    at, turns = begin, []
    room = (now - begin) / (len(spoken) + 1)
    for number, (who, text) in enumerate(spoken):
        if number:
            at += min(timedelta(days=random.uniform(1, 3)) if who == "C" else _soon(random), room)
        turns.append((who.lower(), text.format_map(topic.words), at))
    return turns


def _soon(random: Random) -> timedelta:
    return timedelta(minutes=random.randint(4, 300))


# --- writing -----------------------------------------------------------------------------------------------------


def write_conversations(channel: Channel, stories: Sequence[Story]) -> None:
    for story in stories:
        story.conversation = _conversation(channel, story)
    Conversation.objects.bulk_create([story.conversation for story in stories])
    cycles = Cycle.objects.bulk_create([_cycle(story) for story in stories])
    ended = [(s, c, s.resolved_at) for s, c in zip(stories, cycles, strict=True) if s.resolved_at]
    Resolution.objects.bulk_create(
        [Resolution(conversation=s.conversation, cycle=c, by=s.owner, at=at) for s, c, at in ended]
    )


def _conversation(channel: Channel, story: Story) -> Conversation:
    visible = [turn for turn in story.turns if turn[0] != "n"]
    who, text, at = visible[-1]
    return Conversation(
        contact=story.topic.contact,
        inbox=channel.inbox,
        team_id=channel.inbox.team_id,
        subject=story.topic.subject,
        status=Conversation.Status.RESOLVED if story.resolved_at else Conversation.Status.OPEN,
        assignee=story.owner,
        waiting_since=_waiting_since(visible) if who == "c" and not story.resolved_at else None,
        last_message_at=at,
        preview=_excerpt(text),
        created_at=story.turns[0][2],
    )


def _waiting_since(visible: Sequence[tuple[str, str, datetime]]) -> datetime:
    """When the first message came that nobody has answered yet."""
    since = visible[-1][2]
    for who, _text, at in reversed(visible):
        if who != "c":
            break
        since = at
    return since


def _excerpt(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(140)


def _cycle(story: Story) -> Cycle:
    reply = next((at for who, _text, at in story.turns if who == "a"), None)
    return Cycle(
        conversation=story.conversation,
        opened_at=story.turns[0][2],
        first_reply_at=reply,
        first_reply_by=story.owner if reply else None,
        resolved_at=story.resolved_at,
        resolved_by=story.owner if story.resolved_at else None,
    )


def write_messages(channel: Channel, stories: Sequence[Story]) -> None:
    for story in stories:
        story.messages = [_message(channel, story, n, *turn) for n, turn in enumerate(story.turns)]
    ordered = sorted((m for story in stories for m in story.messages), key=lambda message: message.created_at)
    Message.objects.bulk_create(ordered)


def _message(channel: Channel, story: Story, number: int, who: str, text: str, at: datetime) -> Message:
    message = Message(contact=story.topic.contact, conversation=story.conversation, text=text, created_at=at)
    if who == "n":
        message.direction, message.author = Message.Direction.NOTE, story.owner
        return message
    message.channel, message.identity, message.reply_text = channel, story.identity, text
    message.subject = story.topic.subject if number == 0 else f"Re: {story.topic.subject}"
    # By the conversation: two people may write the same in the same minute.
    message.message_id = f"{uuid.uuid5(uuid.NAMESPACE_URL, f'{story.conversation.pk}/{at}/{number}').hex}@hilo.example"
    message.external_id = message.message_id
    if who == "a":
        message.direction, message.author = Message.Direction.OUTBOUND, story.owner
        message.sender, message.to = channel.address, [story.identity.display]
    else:
        message.direction, message.sender_name = Message.Direction.INBOUND, story.topic.contact.name
        message.sender, message.to, message.sent_at = story.identity.display, [channel.address], at
        message.html = story.topic.script.html.format_map(story.topic.words | {"text": text}) if number == 0 else ""
    return message


def write_deliveries(random: Random, channel: Channel, stories: Sequence[Story]) -> None:
    """Everything arrived, but for a few that did not: those show what that looks like."""
    sent = [m for story in stories for m in story.messages if m.direction == Message.Direction.OUTBOUND]
    unlucky = set(random.sample(range(len(sent)), k=min(2, len(sent))))
    deliveries = Delivery.objects.bulk_create([_delivery(channel, m, n in unlucky) for n, m in enumerate(sent)])
    Attempt.objects.bulk_create(map(_attempt, deliveries))


def _delivery(channel: Channel, message: Message, unlucky: bool) -> Delivery:
    return Delivery(
        message=message,
        channel=channel,
        address=message.to[0],
        key=f"demo:{message.pk}",
        state=Delivery.State.BOUNCED if unlucky else Delivery.State.DELIVERED,
        error="5.2.2 Mailbox full" if unlucky else "",
        due_at=None,
        attempts=1,
        created_at=message.created_at,
        settled_at=message.created_at + timedelta(seconds=4),
    )


def _attempt(delivery: Delivery) -> Attempt:
    """The mail server took it; that it came back is told later."""
    began = delivery.created_at
    return Attempt(
        delivery=delivery,
        number=1,
        started_at=began,
        finished_at=began + timedelta(seconds=1),
        outcome=Delivery.State.SENT,
    )


@seeder(order=90)
def deliveries_in_the_order_of_time(random: Random, customers: Sequence[Contact]) -> None:
    """Last of all parts: each app wrote its own deliveries. What journeys and surveys sent because of a conversation
    is told in its thread."""
    _number_deliveries()
    mails = Delivery.objects.filter(key__startswith="demo:", message__automatic=True, cause__isnull=False)
    sent = list(mails.select_related("message").defer("message__text", "message__html").order_by("pk"))
    publish_many([_left(mail) for mail in sent], causes=[Recorded(mail.cause_id or 0, 1) for mail in sent])


def _left(delivery: Delivery) -> facts.DeliveryChanged:
    return facts.DeliveryChanged(
        contact_id=delivery.message.contact_id,
        channel="email",
        delivery_id=delivery.pk,
        message_id=delivery.message_id,
        state=Delivery.State.SENT,
        subject=delivery.message.subject,
        occurred_at=delivery.settled_at,
    )


def _number_deliveries() -> None:
    """The outbox lists them by their ids. Whatever points at a delivery follows it, and those that are not the demo's
    stay."""
    numbered = (
        "WITH demos AS (SELECT id FROM omnichannel_delivery WHERE key LIKE 'demo:%' ORDER BY created_at, id), "
        "numbered AS (SELECT id AS old, nextval(pg_get_serial_sequence('omnichannel_delivery', 'id')) AS new "
        "FROM demos)"
    )
    followers = [
        f", follower_{number} AS (UPDATE {field.model._meta.db_table} SET {field.column} = new FROM numbered "  # noqa: S608 - our own names
        f"WHERE {field.column} = old)"
        for number, field in enumerate(relation.field for relation in Delivery._meta.related_objects)
    ]
    renumber = " UPDATE omnichannel_delivery SET id = new FROM numbered WHERE id = old"
    with connection.cursor() as cursor:
        cursor.execute(numbered + "".join(followers) + renumber)


def write_readings(stories: Sequence[Story]) -> None:
    """Everybody has read everything but what waits now."""
    readers = list(User.objects.filter(email__in=READERS))
    read = [story for story in stories if story.conversation.waiting_since is None]
    Reading.objects.bulk_create(
        Reading(user=user, conversation=story.conversation, last_message_id=story.messages[-1].pk)
        for story in read
        for user in readers
    )


def write_feelings(stories: Sequence[Story]) -> None:
    """Of those who wait for us now: as their last words sound."""
    waiting = [story for story in stories if not story.resolved_at]
    for story in waiting:
        story.topic.contact.feeling = story.topic.script.feeling
    Contact.objects.bulk_update({story.topic.contact for story in waiting}, ["feeling"])


def told(story: Story) -> list[Fact]:
    """The same story in the ledger, each fact at its own time."""
    common: dict[str, Any] = {
        "contact_id": story.topic.contact.pk,
        "conversation_id": story.conversation.pk,
        "inbox_id": story.conversation.inbox_id,
    }
    owner = story.owner
    begin = story.turns[0][2]
    news: list[Fact] = [
        facts.ConversationOpened(**common, occurred_at=begin, channel="email", subject=story.topic.subject),
        *(_said(common, message, owner) for message in story.messages),
    ]
    if owner:
        taken = facts.ConversationAssigned(
            **common, occurred_at=begin + timedelta(minutes=1), assignee_id=owner.pk, assignee=owner.name
        )
        news.append(taken)
    if not story.resolved_at:
        feels = story.topic.script.feeling
        news.append(FeelingChanged(contact_id=story.topic.contact.pk, occurred_at=begin, feeling=feels))
    if story.resolved_at and owner:
        by: dict[str, Any] = {"by_id": owner.pk, "by": owner.name, "assignee_id": owner.pk}
        news.append(facts.ConversationResolved(**common, **by, occurred_at=story.resolved_at))
    return news


def _said(common: dict[str, Any], message: Message, owner: User | None) -> Fact:
    about: dict[str, Any] = {
        **common,
        "occurred_at": message.created_at,
        "message_id": message.pk,
        "excerpt": _excerpt(message.text),
    }
    if message.is_inbound:
        return facts.MessageReceived(**about, channel="email")
    by: dict[str, Any] = {"author_id": owner.pk if owner else None, "author": owner.name if owner else ""}
    kind = facts.NoteAdded if message.is_note else facts.MessageSent
    return kind(**about, **by)

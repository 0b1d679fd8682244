"""The demo company's conversations: believable, and as true to the rules as any other."""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from random import Random

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from crm.models import Company, Contact, Event, User
from kernel.consistency import Recount
from omnichannel import consistency, demo
from omnichannel.demo_texts import PRODUCTS, SCRIPTS, Script
from omnichannel.models import Conversation, Cycle, Delivery, Message, Reading, Resolution
from omnichannel.tests.factories import make_old_customer, make_user
from tests import stage


@pytest.fixture(scope="module", autouse=True)
def seeded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[list[Contact]]:
    """Once for all: the tests only look."""
    with stage.undone(django_db_blocker):
        yield seed()


@pytest.fixture(autouse=True)
def savepoint() -> Generator[None]:
    with stage.undone_again():
        yield


def seed() -> list[Contact]:
    for email in demo.AGENTS:
        make_user("agent", email=email)
    people = [make_old_customer(language=language) for language in ("es", "en") * 8]
    demo.conversations(Random(7), people)
    return people


@pytest.mark.parametrize("recount", [consistency.deliveries, consistency.readings])
def test_recount_of_the_demo_finds_nothing(recount: Recount) -> None:
    assert list(recount()) == []


def test_demo_fills_a_year_with_something_waiting_now(seeded: list[Contact]) -> None:
    assert Conversation.objects.count() == demo.HOW_MANY
    assert Conversation.objects.open().count() == demo.OPEN_NOW
    assert Conversation.objects.unassigned().exists()
    assert Conversation.objects.waiting_longest().exists()
    assert Message.objects.filter(created_at__gt=timezone.now()).count() == 0


def test_demo_keeps_the_invariants_of_real_conversations(seeded: list[Contact]) -> None:
    resolved = Conversation.objects.resolved().count()
    assert Resolution.objects.count() == Cycle.objects.exclude(resolved_at=None).count() == resolved
    assert Conversation.objects.resolved().exclude(waiting_since=None).count() == 0
    outbound = Message.objects.filter(direction=Message.Direction.OUTBOUND)
    assert Delivery.objects.count() == outbound.count()
    assert Message.objects.filter(text__contains="{").count() == 0


def test_demo_sends_nothing(seeded: list[Contact]) -> None:
    assert Delivery.objects.exclude(due_at=None).count() == 0


def test_demo_tells_its_stories_in_the_ledger_at_their_own_times(seeded: list[Contact]) -> None:
    told = Event.objects.filter(name="conversation.opened")
    assert told.count() == demo.HOW_MANY
    assert told.filter(occurred_at__lt=F("recorded_at")).count() == demo.HOW_MANY
    assert Event.objects.filter(name="conversation.resolved").count() == Resolution.objects.count()


def test_demo_leaves_only_what_waits_unread(seeded: list[Contact]) -> None:
    waiting = Conversation.objects.waiting_longest().count()
    reader = User.objects.get(email=demo.AGENTS[0])
    assert Reading.objects.filter(user=reader).count() == demo.HOW_MANY - waiting


def test_demo_speaks_the_customers_language(seeded: list[Contact]) -> None:
    english = {script.turns[0][1][:12] for script in SCRIPTS["en"]}
    first = Message.objects.filter(contact__language="en", direction="inbound").order_by("pk")[0]
    assert first.text[:12] in english


def test_demo_uses_the_channel_that_is_there() -> None:
    assert demo.support_channel() == demo.support_channel()
    assert demo.support_channel().address == "support@hilo.example"


def test_every_conversation_is_one_story_from_its_subject_to_its_last_word(seeded: list[Contact]) -> None:
    strangers = [c for c in Conversation.objects.select_related("contact") if story_of(c) is None]

    assert [(c.subject, texts_of(c)[-1]) for c in strangers] == []


def test_nobody_asks_again_after_a_thank_you(seeded: list[Contact]) -> None:
    thanks = Conversation.objects.filter(subject="Just to say thank you")

    assert thanks.exists()
    assert {Message.objects.filter(conversation=c, direction="inbound").count() for c in thanks} == {1}


def test_who_waits_feels_as_they_write(seeded: list[Contact]) -> None:
    newest = {c.contact: story_of(c) for c in Conversation.objects.open().order_by("created_at")}

    assert [contact for contact, story in newest.items() if story and contact.feeling != story.feeling] == []
    assert Event.objects.filter(name="contact.feeling_changed").count() == demo.OPEN_NOW


def test_nobody_wrote_after_they_were_last_active(seeded: list[Contact]) -> None:
    written = Message.objects.filter(direction=Message.Direction.INBOUND)

    assert written.exists()
    assert not written.filter(created_at__gt=F("contact__last_activity_at")).exists()


def test_two_people_may_write_the_same_in_the_same_minute(seeded: list[Contact]) -> None:
    channel, colleagues = demo.support_channel(), list(User.objects.all())
    (story,) = demo.imagine(Random(1), seeded, colleagues, timezone.now())[:1]
    twice = [story, replace(story, messages=[])]

    demo.write_conversations(channel, twice)
    demo.write_messages(channel, twice)

    assert len({message.message_id for one in twice for message in one.messages}) == 2 * len(story.messages)


def test_whoever_buys_for_a_company_writes_in_its_name() -> None:
    buyer, person = Contact(company=Company(name="Hotel Mirador")), Contact()

    assert {script.is_for_a_company for script in demo.scripts_for(buyer, "es")} == {True, False}
    assert {script.is_for_a_company for script in demo.scripts_for(person, "es")} == {False}


def story_of(conversation: Conversation) -> Script | None:
    """The script whose words these are, all of them about the same thing."""
    told = "\n".join([conversation.subject, *texts_of(conversation)])
    for script in SCRIPTS[conversation.contact.language]:
        things = script.products or PRODUCTS[conversation.contact.language]
        for texts in tellings(script):
            match = pattern([script.subject, *texts]).fullmatch(told)
            if match and match.groupdict().get("product", things[0]) in things:
                return script
    return None


def texts_of(conversation: Conversation) -> list[str]:
    return list(Message.objects.filter(conversation=conversation).order_by("created_at").values_list("text", flat=True))


def tellings(script: Script) -> Iterator[list[str]]:
    """To its end, only asked, answered, or asked again."""
    texts = [text for _who, text in script.turns]
    answered = texts[: [who for who, _text in script.turns].index("a") + 1]
    yield from (texts, texts[:1], answered)
    if script.asked_again:
        yield [*answered, script.asked_again]


def pattern(texts: Sequence[str]) -> re.Pattern[str]:
    """What a placeholder stands for once, it stands for throughout."""
    seen: set[str] = set()

    def named(found: re.Match[str]) -> str:
        name, known = found[1], found[1] in seen
        seen.add(name)
        return f"(?P={name})" if known else f"(?P<{name}>.+?)"

    return re.compile(re.sub(r"\\{(\w+)\\}", named, re.escape("\n".join(texts))), re.DOTALL)

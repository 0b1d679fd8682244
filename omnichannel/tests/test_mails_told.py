"""What programs sent to a person is told: beside the conversation, in its thread, and on the page of the person."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from crm.actions.merges import merge
from crm.ledger import because_of, recorded
from crm.models import Contact, Event, Team, User
from kernel.realtime import News, render_news
from omnichannel import lately, thread
from omnichannel.actions import conversations, deliveries, outgoing
from omnichannel.models import Conversation, Delivery
from omnichannel.tests.factories import make_channel, make_contact, make_conversation, make_user

pytestmark = pytest.mark.django_db
WELCOME = "Automatic message sent: We have your message"


def mailed(contact: Contact, *, cause: Event | None = None, state: str = "sent") -> Event:
    """As a journey's mail goes out."""
    with because_of(recorded(cause.pk if cause else None)):
        delivery = outgoing.send(
            contact_id=contact.pk, key=f"journey:{Event.objects.count()}", subject="We have your message", text="Hello"
        )
    assert delivery is not None
    deliveries.report(delivery, state)
    return Event.objects.filter(name="message.delivery_changed").latest("pk")


def lines(conversation: Conversation) -> list[str]:
    conversation = Conversation.objects.get(pk=conversation.pk)
    return [item.text for item in thread.stretch(conversation).items if isinstance(item, thread.Line)]


def knots(contact: Contact, viewer: User) -> list[tuple[str, str]]:
    """What the person's page tells, and where it leads."""
    client = Client()
    client.force_login(viewer)
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    told = re.findall(r'<span class="what">(?:<a class="plain" href="([^"]*)">)?([^<]*)', page)
    return [(text, url) for url, text in told]


def news_of(event: Event) -> News:
    return News(event.pk, event.name, event.contact_id, event.properties, frozenset({f"contact:{event.contact_id}"}))


@pytest.fixture
def conversation() -> Conversation:
    return make_conversation(make_channel(kind="email"), sender="ana@casa.example")


@pytest.fixture
def agent() -> User:
    return make_user("agent", first_name="Lola", last_name="Vidal")


def test_what_a_program_sent_is_told_by_its_subject_and_leads_to_the_outbox(
    conversation: Conversation, agent: User
) -> None:
    outbox = f"/outbox/{mailed(conversation.contact).properties['delivery_id']}/"

    assert (WELCOME, outbox) in [(knot.text, knot.url) for knot in lately.story(conversation.contact, agent)]
    assert (WELCOME, outbox) in knots(conversation.contact, agent)
    assert (WELCOME, "") in knots(conversation.contact, make_user("sales"))


def test_an_answer_is_told_once_and_again_only_when_it_did_not_arrive(conversation: Conversation, agent: User) -> None:
    conversations.reply(conversation, by=agent, body="Mañana le llega.")
    delivery = Delivery.objects.get()
    deliveries.report(delivery, Delivery.State.SENT)
    deliveries.report(delivery, Delivery.State.DELIVERED)

    before = [text for text, _url in knots(conversation.contact, agent)]
    assert before[:2] == ["Assigned to Lola Vidal", "Lola Vidal answered: Mañana le llega."]

    deliveries.report(delivery, Delivery.State.BOUNCED)
    assert knots(conversation.contact, agent)[0] == ("Message bounced", "")
    assert [knot.text for knot in lately.story(conversation.contact, agent)] == before


def test_that_an_answer_left_is_not_pushed_to_the_page_of_the_person(conversation: Conversation, agent: User) -> None:
    conversations.reply(conversation, by=agent, body="Mañana le llega.")
    deliveries.report(Delivery.objects.get(), Delivery.State.SENT)
    answered, welcomed = Event.objects.get(name="message.delivery_changed"), mailed(conversation.contact)

    html = render_news(agent, [news_of(answered), news_of(welcomed)], {f"contact:{conversation.contact_id}"}).html

    assert [f'id="event-{event.pk}"' in html for event in (answered, welcomed)] == [False, True]
    assert f'href="/outbox/{welcomed.properties["delivery_id"]}/"' in html


def test_a_thread_tells_the_mails_that_left_while_it_was_open(conversation: Conversation, agent: User) -> None:
    mailed(conversation.contact)
    mailed(make_contact())
    conversations.resolve(conversation, by=agent)
    assert lines(conversation) == [WELCOME, "Resolved by Lola Vidal"]

    conversation.cycles.update(
        opened_at=F("opened_at") + timedelta(days=1), resolved_at=F("opened_at") + timedelta(days=2)
    )
    assert lines(conversation) == ["Resolved by Lola Vidal"]


def test_a_thread_tells_what_was_asked_because_it_was_resolved(conversation: Conversation, agent: User) -> None:
    conversations.resolve(conversation, by=agent)
    conversation.cycles.update(resolved_at=F("opened_at"))
    resolved = Event.objects.get(name="conversation.resolved")
    mailed(conversation.contact)
    assert lines(conversation) == ["Resolved by Lola Vidal"]

    mailed(conversation.contact, cause=resolved)
    assert lines(conversation) == ["Resolved by Lola Vidal", WELCOME]


def test_a_thread_tells_what_did_not_arrive_and_nothing_of_what_was_read(conversation: Conversation) -> None:
    mailed(conversation.contact, state="delivered")
    mailed(conversation.contact, state="bounced")

    assert lines(conversation) == ["Automatic message bounced: We have your message"]


def test_a_thread_tells_the_mails_of_merged_people(conversation: Conversation) -> None:
    survivor = make_contact("ana@trabajo.example")
    merge(conversation.contact, into=survivor, rule="by hand", evidence={}, by=None)
    mailed(survivor)

    assert lines(conversation) == [WELCOME]


def test_a_mail_is_pushed_into_the_threads_that_tell_it(conversation: Conversation, agent: User) -> None:
    other = make_conversation(conversation.messages.get().channel, sender="ben@casa.example")
    sent = mailed(conversation.contact)

    html = render_news(agent, [news_of(sent)], {f"contact:{conversation.contact_id}"}).html

    assert f'hx-swap-oob="beforeend:#messages-{conversation.pk}:not(:has(#told-{sent.pk}))"' in html
    assert f"#messages-{other.pk}:" not in html


def test_a_mail_about_a_resolved_conversation_is_pushed_into_its_thread(
    conversation: Conversation, agent: User
) -> None:
    conversations.resolve(conversation, by=agent)
    sent = mailed(conversation.contact, cause=Event.objects.get(name="conversation.resolved"))

    html = render_news(agent, [news_of(sent)], {f"contact:{conversation.contact_id}"}).html

    assert f"beforeend:#messages-{conversation.pk}:" in html


def test_agents_of_another_team_are_not_shown_the_thread_of_a_mail() -> None:
    wholesale, support = Team.objects.create(name="Wholesale"), Team.objects.create(name="Support")
    hidden = make_conversation(make_channel(kind="email", team=wholesale), sender="ana@casa.example")
    sent = mailed(hidden.contact)

    html = {
        team.name: render_news(make_user("agent", team=team), [news_of(sent)], {f"contact:{hidden.contact_id}"}).html
        for team in (wholesale, support)
    }

    assert {name: f"#messages-{hidden.pk}:" in pushed for name, pushed in html.items()} == {
        "Wholesale": True,
        "Support": False,
    }

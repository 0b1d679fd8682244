"""What each viewer's screen is told: the right pieces, the right counts, and nothing to whom it does not concern."""

import pytest
from django.db.models.functions import Now

from crm.actions.merges import merge
from crm.ledger import feed
from crm.models import Event, Team, User
from kernel import lease, realtime
from kernel.realtime import News, Place, Push
from omnichannel import listing
from omnichannel.actions import conversations, deliveries, outgoing
from omnichannel.actions import inbound as inbound_items
from omnichannel.channels.base import ChannelError
from omnichannel.models import Channel, Conversation, Delivery, RawInbound, Suppression
from omnichannel.tests.factories import (
    ScriptedChannel,
    inbound,
    make_channel,
    make_contact,
    make_conversation,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> User:
    return make_user("agent", first_name="Lola", last_name="Vidal")


def told(user: User, name: str, topics: set[str] | None = None) -> Push:
    """What the newest event of this name looks like on this user's screen."""
    news, _place = feed.read(Place(0), 1000)
    chosen = [item for item in news if item.name == name][-1]
    inbox = {topic for topic in chosen.topics if not topic.startswith("contact:")}
    return realtime.render_news(user, [chosen], inbox if topics is None else topics)


def test_new_message_brings_its_row_and_itself(agent: User) -> None:
    conversation = make_conversation(text="¿Hola?")
    message = conversation.messages.get()
    push = told(agent, "message.received")
    entered = ", ".join(f"#rows-{tab}:not(:has(#row-{conversation.pk}))" for tab in ("unassigned", "all"))
    assert f'<div hx-swap-oob="afterbegin:{entered}">' in push.html
    assert f'hx-swap-oob="beforeend:#messages-{conversation.pk}:not(:has(#message-{message.pk}))"' in push.html
    assert "¿Hola?" in push.html
    assert push.counters == {}


def test_what_happens_to_a_person_shows_beside_their_open_conversation(agent: User) -> None:
    conversation = make_conversation(sender="ana@casa.example")
    conversations.reply(conversation, by=agent, body="Mañana le llega.")
    topics = {f"contact:{conversation.contact_id}"}
    html = told(agent, "message.sent", topics).html
    assert f"hx-swap-oob=\"outerHTML:[data-lately~='{conversation.contact_id}']\"" in html
    assert "Mañana le llega." in html


def test_what_happened_to_a_merged_person_shows_beside_the_survivors_conversation(agent: User) -> None:
    conversation, survivor = make_conversation(sender="ana@casa.example"), make_contact("ana@trabajo.example")
    member = conversation.contact
    merge(member, into=survivor, rule="by hand", evidence={}, by=agent)
    html = told(agent, "message.received", {f"contact:{member.pk}"}).html
    assert f'data-lately="{member.pk} {survivor.pk}"' in html
    assert f"[data-lately~='{member.pk}']" in html


def test_opening_counts_as_one_more_that_nobody_has(agent: User) -> None:
    make_conversation()
    assert told(agent, "conversation.opened") == Push("", {"inbox-all": 1, "inbox-unassigned": 1})


def test_message_that_asks_for_another_address_says_so_in_the_open_composer(agent: User) -> None:
    conversation = make_conversation(reply_to=["otra@casa.example"])
    html = told(agent, "message.received").html
    assert f'id="route-{conversation.pk}" hx-swap-oob="true"' in html
    assert "goes to otra@casa.example" in html


def test_row_leaves_the_tabs_it_no_longer_belongs_to(agent: User) -> None:
    conversation = make_conversation()
    conversations.assign(conversation, to=agent, by=agent)
    html = told(agent, "conversation.assigned").html
    assert f"delete:#rows-unassigned #row-{conversation.pk}, #rows-resolved #row-{conversation.pk}" in html
    assert "Assigned to Lola Vidal" in html
    assert f'id="head-{conversation.pk}" hx-swap-oob="true"' in html


def test_assignment_counts_for_each_viewer_differently(agent: User) -> None:
    other, manager = make_user("agent"), make_user("manager")
    conversation = make_conversation()
    conversations.assign(conversation, to=agent, by=manager)
    assert told(agent, "conversation.assigned").counters == {"inbox-mine": 1, "inbox-unassigned": -1}
    assert told(manager, "conversation.assigned").counters == {"inbox-unassigned": -1}
    conversations.assign(conversation, to=other, by=manager)
    assert told(agent, "conversation.assigned").counters == {"inbox-mine": -1}
    assert told(other, "conversation.assigned").counters == {"inbox-mine": 1}


def test_assigning_a_resolved_one_counts_nothing(agent: User) -> None:
    conversation = make_conversation()
    conversations.resolve(conversation, by=agent)
    conversations.assign(conversation, to=agent, by=agent)
    assert told(agent, "conversation.assigned").counters == {}


def test_resolving_and_reopening_count_down_and_up(agent: User) -> None:
    conversation = make_conversation()
    conversations.assign(conversation, to=agent, by=agent)
    conversations.resolve(conversation, by=agent)
    push = told(agent, "conversation.resolved")
    assert push.counters == {"inbox-all": -1, "inbox-mine": -1}
    assert f"afterbegin:#rows-resolved:not(:has(#row-{conversation.pk}))" in push.html
    conversations.reopen(conversation, by=agent)
    assert told(agent, "conversation.reopened").counters == {"inbox-all": 1, "inbox-mine": 1}


def test_deltas_of_a_whole_story_lead_to_the_true_counts(agent: User) -> None:
    """A page's counts plus everything that was pushed since are the counts of a page made now."""
    channel, other = make_channel(), make_user("agent")
    before = listing.counts(agent)
    first = _after(channel, agent)
    conversations.assign(first, to=other, by=agent)
    conversations.resolve(first, by=other)
    second = make_conversation(channel, message_id="m2@casa.example")
    conversations.assign(second, to=agent, by=agent)
    conversations.resolve(second, by=agent)
    conversations.receive(channel, inbound(in_reply_to="m2@casa.example"))

    news, _place = feed.read(before.place, 1000)
    inbox = {f"inbox:{channel.inbox_id}"}
    push = realtime.render_news(agent, news, inbox)
    now = listing.counts(agent)
    counted = {"inbox-mine": now.mine, "inbox-unassigned": now.unassigned, "inbox-all": now.all}
    assert (
        {name: push.counters.get(name, 0) for name in counted}
        == counted
        == {
            "inbox-mine": 1,
            "inbox-unassigned": 0,
            "inbox-all": 1,
        }
    )


def test_what_was_held_back_shows_in_the_list_too(agent: User) -> None:
    conversations.reply(make_conversation(), by=agent, body="Hola")
    Suppression.objects.create(kind="email", address="ana@casa.example", reason="bounce")
    deliveries.send_due()
    html = told(agent, "message.delivery_changed").html
    assert "It did not arrive:" in html
    assert "Earlier mail to this address came back" in html
    assert "Send again" in html


def test_what_waits_says_why_and_until_when(agent: User) -> None:
    ScriptedChannel.answers.extend([ChannelError("451 come back later"), ChannelError("451 come back later")])
    conversations.reply(make_conversation(), by=agent, body="Hola")
    for _ in range(2):
        Delivery.objects.update(due_at=Now())
        deliveries.send_due()
    html = told(agent, "message.delivery_changed").html
    assert ("451 come back later" in html, "next try at" in html, "It did not arrive" in html) == (True, True, False)
    assert Event.objects.filter(name="message.delivery_changed").count() == 1


def _after(channel: Channel, agent: User) -> Conversation:
    conversation = make_conversation(channel, sender="first@casa.example")
    conversations.assign(conversation, to=agent, by=agent)
    return conversation


def test_delivery_shows_on_the_message_itself(agent: User) -> None:
    conversation = make_conversation()
    message = conversations.reply(conversation, by=agent, body="Hola")
    deliveries.report(Delivery.objects.get(), Delivery.State.BOUNCED, error="550 no such user")
    html = told(agent, "message.delivery_changed").html
    assert f'id="delivery-{message.pk}" data-state="bounced" hx-swap-oob="true"' in html
    assert "550 no such user" in html
    assert "Send again" in html
    assert f'id="row-{message.conversation_id}"' in html  # the list says so as well
    assert "It did not arrive:" in html


@pytest.mark.parametrize(
    "name",
    [
        "conversation.opened",
        "message.received",
        "conversation.note_added",
        "message.sent",
        "conversation.assigned",
        "conversation.resolved",
        "conversation.reopened",
        "message.delivery_changed",
    ],
)
def test_agent_of_another_team_is_told_nothing(name: str) -> None:
    wholesale, support = Team.objects.create(name="Wholesale"), Team.objects.create(name="Support")
    insider, outsider = make_user("agent", team=wholesale), make_user("agent", team=support)
    conversation = make_conversation(make_channel(team=wholesale))
    conversations.add_note(conversation, by=insider, body="Secreto")
    conversations.reply(conversation, by=insider, body="Secreto")
    conversations.assign(conversation, to=insider, by=insider)
    conversations.resolve(conversation, by=insider)
    conversations.reopen(conversation, by=insider)
    deliveries.report(Delivery.objects.get(), Delivery.State.DELIVERED)
    assert told(insider, name) != Push()
    assert told(outsider, name) == Push()


def test_who_loses_a_conversation_from_elsewhere_loses_its_row() -> None:
    wholesale = Team.objects.create(name="Wholesale")
    insider, guest = make_user("agent", team=wholesale), make_user("agent")
    conversation = make_conversation(make_channel(team=wholesale))
    conversations.assign(conversation, to=guest, by=insider)
    conversations.assign(conversation, to=insider, by=insider)
    push = told(guest, "conversation.assigned", topics={f"user:{guest.pk}"})
    gone = f'<div id="row-{conversation.pk}" hx-swap-oob="delete"></div>'
    assert push == Push(gone, {"inbox-mine": -1, "inbox-all": -1})


def test_who_is_handed_one_from_elsewhere_gets_its_row_and_counts_it() -> None:
    insider, guest, conversation = elsewhere()
    conversations.assign(conversation, to=guest, by=insider)
    push = told(guest, "conversation.assigned", topics={f"user:{guest.pk}"})
    entered = ", ".join(f"#rows-{tab}:not(:has(#row-{conversation.pk}))" for tab in ("mine", "all"))
    assert f'<div hx-swap-oob="afterbegin:{entered}">' in push.html
    assert push.counters == {"inbox-mine": 1, "inbox-all": 1}


def test_deltas_of_what_comes_from_elsewhere_and_goes_back_lead_to_the_true_counts() -> None:
    insider, guest, conversation = elsewhere()
    before = listing.counts(guest)
    told_so_far = []
    for to in (guest, None, guest, insider):
        conversations.assign(conversation, to=to, by=insider)
        news, _place = feed.read(before.place, 1000)
        push = realtime.render_news(guest, news, {f"user:{guest.pk}"})
        now = listing.counts(guest)
        assert push.counters.get("inbox-unassigned", 0) == now.unassigned == 0
        told_so_far.append((push.counters["inbox-mine"], push.counters["inbox-all"]))
        assert told_so_far[-1] == (now.mine, now.all)
    assert told_so_far == [(1, 1), (0, 0), (1, 1), (0, 0)]


def test_who_has_one_from_elsewhere_hears_that_a_colleague_closed_and_opened_it() -> None:
    insider, guest, conversation = elsewhere()
    conversations.assign(conversation, to=guest, by=insider)
    conversations.resolve(conversation, by=insider)
    conversations.reopen(conversation, by=insider)
    pushed = [told(guest, f"conversation.{verb}", topics={f"user:{guest.pk}"}) for verb in ("resolved", "reopened")]
    assert [push.counters for push in pushed] == [{"inbox-all": n, "inbox-mine": n} for n in (-1, 1)]
    assert f'id="row-{conversation.pk}"' in pushed[0].html


def test_who_has_one_from_elsewhere_hears_what_is_said_in_it() -> None:
    insider, guest, conversation = elsewhere()
    conversations.assign(conversation, to=guest, by=insider)
    conversations.add_note(conversation, by=insider, body="Llama mañana")
    conversations.reply(conversation, by=insider, body="Ya salió")

    pushed = [told(guest, name, topics={f"user:{guest.pk}"}) for name in ("conversation.note_added", "message.sent")]

    assert ["Llama mañana" in pushed[0].html, "Ya salió" in pushed[1].html] == [True, True]


def elsewhere() -> tuple[User, User, Conversation]:
    """A colleague of another team's inbox, one who does not see it, and a conversation in it."""
    wholesale = Team.objects.create(name="Wholesale")
    conversation = make_conversation(make_channel(team=wholesale))
    return make_user("agent", team=wholesale), make_user("agent"), conversation


def test_topics_are_heard_only_by_those_who_may() -> None:
    wholesale = Team.objects.create(name="Wholesale")
    insider, outsider = make_user("agent", team=wholesale), make_user("agent")
    channel = make_channel(team=wholesale)
    conversation = make_conversation(channel)
    for topic in (f"inbox:{channel.inbox_id}", f"conversation:{conversation.pk}"):
        assert realtime.may_listen(insider, topic) is True
        assert realtime.may_listen(outsider, topic) is False
    assert realtime.may_listen(insider, f"user:{insider.pk}") is True
    assert realtime.may_listen(insider, f"user:{outsider.pk}") is False
    assert realtime.may_listen(insider, "inbox:x") is False


def test_news_about_what_is_gone_is_no_news(agent: User) -> None:
    gone = News(1, "message.received", None, {"conversation_id": 999_999, "message_id": 1}, frozenset({"inbox:1"}))
    assert realtime.render_news(agent, [gone], {"inbox:1"}) == Push()


@pytest.mark.parametrize("program", [True, False])
def test_outbox_is_fetched_again_by_whom_the_message_may_be_seen(program: bool) -> None:
    team = Team.objects.create(name="Other")
    channel = make_channel(team=team)
    insider, outsider = make_user("agent", team=team), make_user("agent")
    conversation = make_conversation(channel)
    conversations.reply(conversation, by=insider, body="Hola")
    if program:
        outgoing.send(contact_id=conversation.contact_id, key="x", subject="Hola", text="Hola", channel=channel)
        deliveries.send_due()
    name = "message.delivery_changed" if program else "message.sent"
    assert told(insider, name, {"outbox:all"}) == Push(stale=frozenset({"outbox:all"}))
    if not program:  # what a program sent is every agent's to see
        assert told(outsider, name, {"outbox:all"}) == Push()


def test_quarantine_is_fetched_again_when_something_comes_and_goes() -> None:
    team = Team.objects.create(name="Other")
    insider, outsider = make_user("agent", team=team), make_user("agent")
    topics = {"quarantine:all"}
    RawInbound.objects.create(channel=make_channel(team=team), dedup_key="k", body=b"")
    (raw,) = lease.claim(RawInbound.objects.all(), limit=1, lease=inbound_items.READING)
    inbound_items.quarantine(raw, "bad mail")
    inbound_items.replay(raw)
    for name in ("inbound.quarantined", "inbound.replayed"):
        assert told(insider, name, topics) == Push(stale=frozenset(topics))
        assert told(outsider, name, topics) == Push()


def test_quarantine_without_its_lease_tells_nothing() -> None:
    raw = RawInbound.objects.create(channel=make_channel(), dedup_key="k", body=b"")
    inbound_items.quarantine(raw, "bad mail")
    assert not Event.objects.filter(name="inbound.quarantined").exists()


@pytest.mark.parametrize("topic", ["outbox", "quarantine"])
def test_only_agents_listen_to_what_comes_and_goes(topic: str) -> None:
    assert realtime.may_listen(make_user("agent"), f"{topic}:all")
    assert not realtime.may_listen(make_user("agent"), f"{topic}:1")
    assert not realtime.may_listen(make_user("sales"), f"{topic}:all")

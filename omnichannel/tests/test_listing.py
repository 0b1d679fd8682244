"""The inbox's list as questions: order, pages, search, marks, counts, and what each role finds there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.actions.merges import merge
from crm.models import Contact, Team, User
from crm.tests import factories as crm
from omnichannel import listing
from omnichannel.actions import conversations
from omnichannel.listing import Tab
from omnichannel.models import Channel, Conversation, Inbox
from omnichannel.tests.factories import inbound, make_channel, make_contact, make_conversation, make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def agent() -> User:
    return make_user("agent")


@pytest.fixture
def channel() -> Channel:
    return make_channel()


def opened(channel: Channel, *minutes: int, **fields: object) -> list[Conversation]:
    """Conversations whose last messages came so many minutes after noon, all of one person."""
    contact = make_contact("ana@casa.example")
    return Conversation.objects.bulk_create(
        Conversation(contact=contact, inbox=channel.inbox, last_message_at=NOON + timedelta(minutes=minute), **fields)
        for minute in minutes
    )


def found(user: User, tab: str = Tab.ALL, search: str = "") -> list[int]:
    return [row.pk for row in listing.page(user, tab, search=search).rows]


def test_list_begins_with_the_newest_message_and_ties_with_the_newest_conversation(
    agent: User, channel: Channel
) -> None:
    old, tied, also_tied, new = opened(channel, 1, 2, 2, 3)

    assert found(agent) == [new.pk, also_tied.pk, tied.pk, old.pk]


@pytest.mark.parametrize("count", [25, 51])
def test_pages_hold_every_conversation_once_even_those_of_one_moment(agent: User, channel: Channel, count: int) -> None:
    rows, cursor = opened(channel, *[0] * count), ""
    pages: list[list[int]] = []
    while not pages or cursor:
        page = listing.page(agent, Tab.ALL, cursor=cursor)
        pages.append([row.pk for row in page.rows])
        cursor = page.next

    assert [len(page) for page in pages] == [min(25, count - 25 * n) for n in range(-(-count // 25))]
    assert [pk for page in pages for pk in page] == [row.pk for row in reversed(rows)]


def test_what_comes_in_while_somebody_reads_on_neither_repeats_nor_skips_rows(agent: User, channel: Channel) -> None:
    rows = opened(channel, *range(30))
    first = listing.page(agent, Tab.ALL)
    opened(channel, 99)
    Conversation.objects.filter(pk=rows[0].pk).update(last_message_at=NOON + timedelta(minutes=100))

    second = listing.page(agent, Tab.ALL, cursor=first.next)

    assert [row.pk for row in first.rows + second.rows] == [row.pk for row in reversed(rows[1:])]


@pytest.mark.parametrize("cursor", ["x", "WyIyMDI2LTAzLTAyIiwgMV0"])
def test_cursor_that_nobody_was_given_starts_at_the_top(agent: User, channel: Channel, cursor: str) -> None:
    old, new = opened(channel, 1, 2)

    assert [row.pk for row in listing.page(agent, Tab.ALL, cursor=cursor).rows] == [new.pk, old.pk]


def test_row_below_is_the_next_one_and_below_the_last_comes_the_first(agent: User, channel: Channel) -> None:
    old, tied, also_tied, new = opened(channel, 1, 2, 2, 3)

    below = [listing.following(agent, Tab.ALL, row) for row in (new, also_tied, tied, old)]

    assert below == [also_tied, tied, old, new]


def test_row_below_is_looked_for_in_the_same_tab(agent: User, channel: Channel) -> None:
    [mine] = opened(channel, 1, assignee=agent)
    [free] = opened(channel, 2)
    [current] = opened(channel, 3)

    assert listing.following(agent, Tab.MINE, current) == mine
    assert listing.following(agent, Tab.UNASSIGNED, current) == free
    assert listing.following(agent, Tab.RESOLVED, current) is None


@pytest.mark.parametrize("written", ["{pk}", "#{pk}"])
def test_conversation_is_found_by_its_number(agent: User, channel: Channel, written: str) -> None:
    one, _other = opened(channel, 1, 2)

    assert found(agent, search=written.format(pk=one.pk)) == [one.pk]


@pytest.mark.parametrize("words", ["9" * 30, "%", "no such"])
def test_search_for_what_is_not_there_finds_nothing(agent: User, channel: Channel, words: str) -> None:
    opened(channel, 1, subject="Pedido")

    assert found(agent, search=words) == []


def test_search_goes_through_all_tabs(agent: User, channel: Channel) -> None:
    [theirs] = opened(channel, 1, subject="Factura", assignee=make_user("agent"))
    [done] = opened(channel, 2, subject="Factura", status="resolved")

    assert found(agent, Tab.MINE, search="factura") == [done.pk, theirs.pk]


def test_search_for_a_person_finds_the_conversations_of_all_that_they_are(agent: User, channel: Channel) -> None:
    conversation = make_conversation(channel, sender="lv@work.example", name="L. V.")
    lucia = crm.contact(first_name="Lucía", last_name="Vega", email="lucia@casa.example")
    own = make_conversation(channel, sender="lucia@casa.example")
    merge(conversation.contact, into=lucia, rule="by hand", evidence={}, by=None)

    for words in ("lv@work.example", "Lucía Vega", "lucia@casa"):
        assert found(agent, search=words) == [own.pk, conversation.pk]


def test_row_is_unread_until_what_the_customer_said_is_read(agent: User, channel: Channel) -> None:
    conversation = make_conversation(channel, message_id="m1@casa.example")
    assert unread(agent, conversation) is True
    conversations.mark_read(conversation, by=agent)
    assert unread(agent, conversation) is False

    conversations.add_note(conversation, by=make_user("agent"), body="Mira")
    conversations.reply(conversation, by=make_user("agent"), body="Hola")
    assert unread(agent, conversation) is False
    conversations.receive(channel, inbound(in_reply_to="m1@casa.example"))
    assert unread(agent, conversation) is True


def unread(user: User, conversation: Conversation) -> bool:
    return listing.dress(user, [conversation])[0].unread


def test_row_shows_the_last_message_that_is_no_note(agent: User, channel: Channel) -> None:
    conversation = make_conversation(channel)
    reply = conversations.reply(conversation, by=agent, body="Hola")
    conversations.add_note(conversation, by=agent, body="Mira")

    [row] = listing.dress(agent, [conversation])

    assert row.last == reply
    assert Conversation.objects.get().preview == "Hola"


def test_conversation_without_messages_is_neither_unread_nor_has_a_last_one(agent: User, channel: Channel) -> None:
    [row] = listing.dress(agent, opened(channel, 1))

    assert (row.last, row.unread) == (None, False)


def test_marks_of_three_rows_cost_as_much_as_of_one(agent: User, channel: Channel) -> None:
    for number in range(3):
        make_conversation(channel, sender=f"{number}@casa.example")
    costs = []
    for count in (1, 3):
        rows = list(Conversation.objects.select_related("contact")[:count])
        with CaptureQueriesContext(connection) as queries:
            listing.dress(agent, rows)
        costs.append(len(queries))

    assert costs == [3, 3]


@pytest.mark.parametrize(
    ("status", "whose", "tabs"),
    [
        ("open", "nobody", {"unassigned", "all"}),
        ("open", "own", {"mine", "all"}),
        ("open", "other", {"all"}),
        ("resolved", "own", {"resolved"}),
    ],
)
def test_tabs_that_are_told_live_are_those_that_the_list_shows(
    agent: User, channel: Channel, status: str, whose: str, tabs: set[str]
) -> None:
    owner = {"nobody": None, "own": agent, "other": make_user("agent")}[whose]
    [conversation] = opened(channel, 1, status=status, assignee=owner)

    assert {str(tab) for tab in listing.tabs_of(agent, conversation)} == tabs
    assert {tab for tab in Tab.values if found(agent, tab)} == tabs


def test_tab_that_there_is_not_is_that_of_all(agent: User, channel: Channel) -> None:
    [conversation] = opened(channel, 1)

    assert found(agent, "nonsense") == [conversation.pk]


@pytest.fixture
def three_inboxes() -> dict[str, Conversation]:
    """One conversation for everybody, one of Support, one of Wholesale."""
    made = {"open": opened(make_channel(), 1)[0]}
    for name in ("Support", "Wholesale"):
        [made[name]] = opened(make_channel(team=Team.objects.create(name=name)), 1)
    return made


@pytest.mark.parametrize(
    ("role", "team", "seen"),
    [
        ("agent", "", {"open"}),
        ("agent", "Support", {"open", "Support"}),
        ("manager", "Support", {"open", "Support", "Wholesale"}),
        ("admin", "", {"open", "Support", "Wholesale"}),
    ],
)
def test_list_search_counts_and_topics_end_at_the_same_border(
    three_inboxes: dict[str, Conversation], role: str, team: str, seen: set[str]
) -> None:
    user = make_user(role, team=Team.objects.filter(name=team).first())
    expected = {three_inboxes[name].pk for name in seen}

    counts = listing.counts(user)

    assert set(found(user)) == set(found(user, search="ana@casa.example")) == expected
    assert (counts.mine, counts.unassigned, counts.all) == (0, len(seen), len(seen))
    inboxes = {f"inbox:{three_inboxes[name].inbox_id}" for name in seen}
    assert listing.topics(user)[0] == f"user:{user.pk}"
    assert set(listing.topics(user)[1:]) == inboxes


def test_what_is_assigned_from_another_teams_inbox_is_seen_and_that_inbox_is_not(
    three_inboxes: dict[str, Conversation], agent: User
) -> None:
    handed = three_inboxes["Wholesale"]
    conversations.assign(handed, to=agent, by=None)

    counts = listing.counts(agent)

    assert (found(agent, Tab.MINE), counts.mine, counts.all, counts.unassigned) == ([handed.pk], 1, 2, 1)
    assert not Inbox.objects.visible_to(agent).filter(pk=handed.inbox_id).exists()


def test_sales_person_sees_neither_the_own_teams_conversations_nor_what_is_assigned_to_them(
    three_inboxes: dict[str, Conversation],
) -> None:
    seller = make_user("sales", team=Team.objects.get(name="Support"))
    Conversation.objects.filter(pk=three_inboxes["Wholesale"].pk).update(assignee=seller)

    assert [found(seller, tab) for tab in Tab.values] == [[], [], [], []]
    assert (found(seller, search="ana@casa.example"), listing.topics(seller)) == ([], [f"user:{seller.pk}"])


def test_counts_leave_out_what_is_resolved(agent: User, channel: Channel) -> None:
    opened(channel, 1, 2, assignee=agent)
    opened(channel, 3)
    opened(channel, 4, 5, status="resolved", assignee=agent)

    counts = listing.counts(agent)

    assert (counts.mine, counts.unassigned, counts.all) == (2, 1, 3)


def test_those_who_wait_are_asked_for_by_how_long(channel: Channel) -> None:
    rows = opened(channel, 1, 2, 3)
    for row, minutes in zip(rows, (5, 9, None), strict=True):
        since = NOON - timedelta(minutes=minutes) if minutes else None
        Conversation.objects.filter(pk=row.pk).update(waiting_since=since)

    assert list(Conversation.objects.waiting_longest()) == [rows[1], rows[0]]


def test_conversation_without_a_subject_is_called_by_its_number(channel: Channel) -> None:
    nameless, named = opened(channel, 1)[0], opened(channel, 1, subject="Pedido")[0]

    assert (str(nameless), str(named)) == (f"Conversation {nameless.pk}", "Pedido")


def test_person_behind_many_rows_is_asked_for_once(channel: Channel) -> None:
    rows = list(Conversation.objects.filter(pk__in=[c.pk for c in opened(channel, 1, 2, 3)]).select_related("contact"))
    with CaptureQueriesContext(connection) as queries:
        listing.introduce(rows)

    assert (len(queries), {row.person for row in rows}) == (1, {Contact.objects.get()})

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now

from crm.ledger import consume
from crm.models import Alias, Company, Contact, Cursor, Event, Retry
from crm.tests import factories
from omnichannel.actions import conversations
from omnichannel.models import Conversation, Delivery, RawInbound, Reading
from omnichannel.tests.factories import make_channel, make_conversation, make_user

pytestmark = pytest.mark.django_db


def drifts() -> list[str]:
    """What the command prints, and that its exit code says the same."""
    out = StringIO()
    code: object = 0
    try:
        call_command("consistency", stdout=out)
    except SystemExit as stopped:
        code = stopped.code
    found = [drift for line in out.getvalue().splitlines() for drift in json.loads(line)["drifts"]]
    assert code == (1 if found else 0)
    return found


@pytest.fixture
def conversation() -> Conversation:
    """A life without drift: asked, answered, resolved, asked again."""
    consume.ensure_cursors()
    conversation = make_conversation()
    agent = make_user("agent")
    conversations.reply(conversation, by=agent, body="On its way.")
    conversations.resolve(conversation, by=agent)
    conversations.reopen(conversation, by=agent)
    conversations.mark_read(conversation, by=agent)
    return conversation


def test_consistency_of_an_ordinary_life_finds_nothing(conversation: Conversation) -> None:
    assert drifts() == []


def test_consistency_finds_a_conversation_whose_status_and_cycles_differ(conversation: Conversation) -> None:
    Conversation.objects.update(status="resolved")

    assert f"conversation {conversation.pk}: is resolved with 1 open cycles and 0 resolutions" in drifts()


def test_consistency_finds_a_wrong_last_message(conversation: Conversation) -> None:
    Conversation.objects.update(last_message_at="2020-01-01T00:00:00Z")

    assert drifts() == [f"conversation {conversation.pk}: last_message_at is not the time of its last message"]


def test_consistency_finds_somebody_who_waits_though_answered(conversation: Conversation) -> None:
    Conversation.objects.update(waiting_since=Now())

    assert drifts() == [f"conversation {conversation.pk}: waiting is True, its messages say otherwise"]


def test_consistency_finds_a_delivery_nobody_tried_to_send(conversation: Conversation) -> None:
    Delivery.objects.update(state="sent", due_at=None)

    pk = Delivery.objects.get().pk
    assert drifts() == [f"delivery {pk}: is sent, but nobody has tried to send it"]


def test_consistency_finds_a_queued_delivery_that_is_never_due(conversation: Conversation) -> None:
    Delivery.objects.update(due_at=None)

    assert drifts() == [f"delivery {Delivery.objects.get().pk}: is queued, but not due at any time"]


def test_consistency_finds_an_outbound_message_without_intent(conversation: Conversation) -> None:
    message = Delivery.objects.get().message
    Delivery.objects.all().delete()

    assert drifts() == [f"message {message.pk}: is outbound, but has no delivery"]


def test_consistency_finds_a_reading_beyond_the_end(conversation: Conversation) -> None:
    Reading.objects.update(last_message_id=10**9)

    reading = Reading.objects.get()
    assert drifts() == [
        f"conversation {conversation.pk}: user {reading.user_id} has read up to 1000000000, which is not in it"
    ]


def test_consistency_finds_inbound_that_nobody_will_read() -> None:
    consume.ensure_cursors()
    raw = RawInbound.objects.create(channel=make_channel(), dedup_key="x", body=b"", due_at=None)

    assert drifts() == [f"inbound item {raw.pk}: is received, which does not fit when it is due"]


def test_consistency_finds_a_search_text_without_an_address() -> None:
    consume.ensure_cursors()
    contact = factories.contact()
    Contact.objects.update(search="")

    identity = contact.identities.get()
    assert drifts() == [f"contact {contact.pk}: identity {identity.pk} is missing from its search text"]


def test_consistency_finds_a_search_text_with_an_old_name() -> None:
    consume.ensure_cursors()
    ana, ben = factories.contact(company=factories.company("Ácme")), factories.contact(first_name="Ben", email="")
    Company.objects.update(name="Zénit")
    Contact.objects.filter(pk=ben.pk).update(first_name="Benito")

    assert drifts() == [
        f"contact {ben.pk}: its name is missing from its search text",
        f"contact {ana.pk}: the name of its company is missing from its search text",
    ]


def test_consistency_finds_merges_that_go_round() -> None:
    consume.ensure_cursors()
    a, b = factories.contact(email=""), factories.contact(email="")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_alias (member_id, survivor_id, rule, evidence, created_at)"
            " VALUES (%s, %s, '', '{}', now()), (%s, %s, '', '{}', now())",
            [a.pk, b.pk, b.pk, a.pk],
        )

    assert drifts() == [
        f"contact {a.pk}: its merges go round in a circle",
        f"contact {b.pk}: its merges go round in a circle",
    ]


def test_consistency_finds_a_survivor_who_is_not_found_by_what_was_merged_into_them() -> None:
    consume.ensure_cursors()
    member, survivor = factories.contact(), factories.contact()
    Alias.objects.create(member=member, survivor=survivor, rule="test")

    identity = member.identities.get()
    assert drifts() == [
        f"contact {survivor.pk}: identity {identity.pk} of somebody merged into it is missing from its search text"
    ]


def test_consistency_finds_a_cursor_beyond_the_ledger_and_one_that_is_missing() -> None:
    consume.ensure_cursors()
    gone = Cursor.objects.order_by("consumer").first()
    assert gone is not None
    gone.delete()
    Cursor.objects.create(consumer="test.far", xid=2**50)

    assert drifts() == [
        f"consumer {gone.consumer}: has no cursor yet; start a worker",
        f"consumer test.far: its cursor stands at {2**50}, beyond the end of the ledger",
    ]


def test_consistency_finds_a_retry_that_is_neither_due_nor_dead() -> None:
    consume.ensure_cursors()
    event = Event.objects.create(name="x", message_id="1", contact=None)
    retry = Retry.objects.create(consumer="test.gone", event=event, due_at=None)

    assert drifts() == [
        f"retry {retry.pk} of test.gone: neither due again nor a dead letter",
        f"retry {retry.pk}: nobody is called test.gone any more",
    ]

"""Intent, call, result: nothing doubled, nothing lost, and what nobody knows is called unknown."""

from contextlib import suppress

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now

from crm.actions import consents, merges
from crm.facts import NoteWritten
from crm.ledger import Recorded, because_of, publish
from crm.ledger.publishing import MAX_DEPTH
from crm.models import Consent, Event
from omnichannel import blocks, consistency
from omnichannel.actions import conversations, deliveries, outgoing
from omnichannel.channels.base import ChannelError, SendResult
from omnichannel.models import Attempt, Delivery, Suppression
from omnichannel.tests.factories import ScriptedChannel, make_channel, make_contact, make_conversation, make_user
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def write(purpose: str = "transactional", key: str = "journey:1:1") -> Delivery:
    contact = make_contact("ana@casa.example")
    delivery = outgoing.send(
        contact_id=contact.pk, key=key, subject="Hola", text="Bienvenida", purpose=purpose, channel=make_channel()
    )
    assert delivery is not None
    return delivery


def due_again() -> None:
    Delivery.objects.filter(due_at__isnull=False).update(due_at=Now())


def state_of(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.error


def test_a_delivery_is_sent_once_with_its_attempt_on_record() -> None:
    delivery = write()
    assert deliveries.send_due() == 1
    assert deliveries.send_due() == 0
    assert state_of(delivery) == ("sent", "")
    assert delivery.provider_id == f"p-{delivery.pk}"
    assert ScriptedChannel.sent == [("ana@casa.example", "Bienvenida")]
    assert list(Attempt.objects.values_list("number", "outcome")) == [(1, "sent")]
    assert Event.objects.get(name="message.delivery_changed").properties["state"] == "sent"


def happened(depth: int) -> Recorded:
    with transaction.atomic(), because_of(Recorded(1, depth - 1)):
        return publish(NoteWritten(contact_id=None, excerpt="Wants to be greeted"))


def change_of(delivery: Delivery, state: str) -> Event:
    told = Event.objects.filter(name="message.delivery_changed", properties__delivery_id=delivery.pk)
    return told.get(properties__state=state)


def test_what_becomes_of_a_delivery_has_the_cause_that_it_has() -> None:
    with because_of(cause := happened(depth=3)):
        delivery = write()
    deliveries.send_due()
    deliveries.report(delivery, "bounced", error="no such box")
    deliveries.send_again(delivery)

    told = [change_of(delivery, state) for state in ("sent", "bounced", "queued")]
    assert [(event.cause_id, event.depth) for event in told] == [(cause.id, 4)] * 3


def test_what_becomes_of_an_answer_comes_from_the_answer() -> None:
    message = conversations.reply(make_conversation(make_channel()), by=make_user("agent"), body="Hola")
    deliveries.send_due()

    assert change_of(message.delivery, "sent").cause == Event.objects.get(name="message.sent")


def test_a_chain_at_its_end_keeps_no_result_from_its_row() -> None:
    delivery, cause = write(), happened(depth=MAX_DEPTH)
    Delivery.objects.update(cause=cause.id)
    deliveries.send_due()

    assert state_of(delivery) == ("sent", "")
    assert (change_of(delivery, "sent").cause_id, change_of(delivery, "sent").depth) == (cause.id, MAX_DEPTH)


def test_a_cause_that_is_gone_keeps_nothing_from_being_sent() -> None:
    with because_of(cause := happened(depth=1)):
        delivery = write()
    Event.objects.filter(pk=cause.id).delete()
    deliveries.send_due()

    assert state_of(delivery) == ("sent", "")
    assert change_of(delivery, "sent").cause_id is None


def test_the_same_key_is_one_delivery() -> None:
    first = write()
    again = outgoing.send(contact_id=first.message.contact_id, key="journey:1:1", subject="x", text="y")
    assert again == first
    assert Delivery.objects.count() == 1


def test_the_same_key_at_once_is_one_delivery() -> None:
    contact, channel = make_contact(), make_channel()
    made = in_threads(4, lambda: outgoing.send(contact_id=contact.pk, key="k", subject="s", text="t", channel=channel))
    assert len({delivery.pk for delivery in made if delivery}) == 1


def test_many_senders_send_each_once() -> None:
    contact, channel = make_contact(), make_channel()
    for number in range(30):
        outgoing.send(contact_id=contact.pk, key=f"k{number}", subject="s", text=str(number), channel=channel)
    in_threads(4, lambda: deliveries.send_due(limit=10))
    assert sorted(int(text) for _, text in ScriptedChannel.sent) == list(range(30))


def test_a_passing_refusal_is_tried_again_with_growing_waits() -> None:
    ScriptedChannel.answers.extend([ChannelError("451 try later"), SendResult()])
    delivery = write()
    deliveries.send_due()
    assert state_of(delivery) == ("queued", "451 try later")
    assert deliveries.send_due() == 0
    due_again()
    deliveries.send_due()
    assert state_of(delivery) == ("sent", "")


def test_a_final_refusal_is_not_tried_again() -> None:
    ScriptedChannel.answers.extend([ChannelError("550 no such user", permanent=True)])
    delivery = write()
    deliveries.send_due()
    assert state_of(delivery) == ("failed", "550 no such user")
    due_again()
    assert deliveries.send_due() == 0


def test_after_the_last_attempt_it_has_failed() -> None:
    ScriptedChannel.answers.extend([ChannelError("451 try later")] * Delivery.max_attempts)
    delivery = write()
    for _ in range(Delivery.max_attempts):
        due_again()
        deliveries.send_due()
    assert state_of(delivery) == ("failed", "451 try later")


@pytest.mark.parametrize(
    ("purpose", "times_sent", "state"), [("transactional", 1, "sent"), ("marketing", 0, "unknown")]
)
def test_an_attempt_without_an_end_is_repeated_once_or_never(purpose: str, times_sent: int, state: str) -> None:
    """The process died between call and result: nobody knows whether the provider took it."""
    delivery = write(purpose)
    Attempt.objects.create(delivery=delivery, number=1)
    Delivery.objects.update(attempts=1)
    deliveries.send_due()
    assert state_of(delivery)[0] == state
    assert len(ScriptedChannel.sent) == times_sent


def test_dying_twice_leaves_it_unknown_for_somebody_to_look_at() -> None:
    """Every screen is told at once."""
    delivery = write()
    Attempt.objects.create(delivery=delivery, number=1)
    Attempt.objects.create(delivery=delivery, number=2)
    Delivery.objects.update(attempts=2)
    deliveries.send_due()
    assert state_of(delivery)[0] == "unknown"
    assert ScriptedChannel.sent == []
    told = Event.objects.get(name="message.delivery_changed").properties
    assert (told["delivery_id"], told["state"], told["error"]) == (
        delivery.pk,
        "unknown",
        "The process died while it was being sent.",
    )


@pytest.mark.parametrize(("purpose", "state"), [("transactional", "sent"), ("marketing", "unknown")])
def test_a_connection_lost_after_the_final_dot_is_unknown(purpose: str, state: str) -> None:
    ScriptedChannel.answers.extend([ChannelError("connection lost after DATA", unknown=True), SendResult()])
    delivery = write(purpose)
    deliveries.send_due()
    due_again()
    deliveries.send_due()
    assert state_of(delivery)[0] == state


def test_what_the_provider_said_outlives_the_connection_to_the_database() -> None:
    def cut(_: Delivery) -> None:
        with connection.cursor() as cursor, suppress(OperationalError):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    ScriptedChannel.sending.append(cut)
    delivery = write("marketing")
    deliveries.send_due()

    assert state_of(delivery) == ("sent", "")
    assert len(ScriptedChannel.sent) == 1


@pytest.mark.parametrize("purpose", ["transactional", "marketing"])
@pytest.mark.parametrize("dead", [True, False])
def test_a_provider_that_can_be_asked_settles_what_nobody_knows(
    purpose: str, dead: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the purpose and however often: what came there is not sent again, what did not is."""
    monkeypatch.setattr(ScriptedChannel, "can_find", True)
    ScriptedChannel.finds.extend([ChannelError("asked too often"), SendResult("there", state="delivered"), None])
    arrived, lost = write(purpose), write(purpose, key="journey:2:1")
    if dead:
        for delivery in (arrived, lost):
            Attempt.objects.create(delivery=delivery, number=1)
        Delivery.objects.update(attempts=1)
    else:
        ScriptedChannel.answers.extend([ChannelError("connection lost", unknown=True)] * 2)
        deliveries.send_due()
        due_again()
    Delivery.objects.filter(pk=lost.pk).update(due_at=None)
    deliveries.send_due()
    assert state_of(arrived) == ("queued", "asked too often")
    due_again()
    Delivery.objects.filter(pk=lost.pk).update(due_at=Now())
    deliveries.send_due()

    assert (state_of(arrived)[0], arrived.provider_id) == ("delivered", "there")
    assert (state_of(lost)[0], lost.provider_id) == ("sent", f"p-{lost.pk}")
    assert len(ScriptedChannel.sent) == 1


@pytest.mark.parametrize(
    ("purpose", "first", "then"), [("transactional", "queued", "sent"), ("marketing", *["unknown"] * 2)]
)
def test_a_plug_in_that_breaks_stops_nobody_else(purpose: str, first: str, then: str) -> None:
    """Nobody knows how far it came: repeated once, or never."""
    ScriptedChannel.answers.append(ZeroDivisionError("a fault of its own"))
    broken, other = write(purpose), write(key="journey:2:1")
    deliveries.send_due()
    assert state_of(broken) == (first, "ZeroDivisionError: a fault of its own")
    assert state_of(other)[0] == "sent"
    due_again()
    deliveries.send_due()
    assert state_of(broken)[0] == then


def test_suppressed_addresses_are_not_written_to() -> None:
    delivery = write()
    Suppression.objects.create(kind="email", address="ana@casa.example", reason="bounce")
    deliveries.send_due()
    assert state_of(delivery) == ("suppressed", blocks.BLOCKED["bounce"])
    assert ScriptedChannel.sent == []


@pytest.mark.parametrize(("purpose", "state"), [("transactional", "sent"), ("marketing", "suppressed")])
def test_an_unsubscribe_before_the_claim_wins_over_marketing_only(purpose: str, state: str) -> None:
    delivery = write(purpose)
    Suppression.objects.create(kind="email", address="ana@casa.example", reason="unsubscribe")
    deliveries.send_due()
    assert state_of(delivery)[0] == state


def test_withdrawn_consent_stops_marketing() -> None:
    delivery = write("marketing")
    contact_id = delivery.message.contact_id
    for consent in ("granted", "withdrawn"):
        Consent.objects.create(
            contact_id=contact_id, channel="scripted", purpose="marketing", state=consent, source="test"
        )
    deliveries.send_due()
    assert state_of(delivery) == ("suppressed", "suppressed: consent withdrawn")


def test_a_no_said_before_a_merge_stops_marketing_to_the_survivor() -> None:
    delivery, earlier = write("marketing"), make_contact("ana@trabajo.example")
    consents.record(earlier.pk, channel="scripted", purpose="marketing", state="withdrawn", source="test")
    merges.merge(earlier, into=delivery.message.contact, rule="by hand", evidence={}, by=None)
    deliveries.send_due()
    assert state_of(delivery) == ("suppressed", "suppressed: consent withdrawn")
    assert ScriptedChannel.sent == []


def test_reports_in_any_order_end_in_the_same_state() -> None:
    for order in (["sent", "delivered", "read"], ["read", "delivered", "sent"], ["delivered", "read", "delivered"]):
        delivery = write(key="-".join(order))
        for state in order:
            deliveries.report(delivery, state)
        assert state_of(delivery)[0] == "read"


def test_a_bounce_after_delivery_is_final() -> None:
    delivery = write()
    assert deliveries.report(delivery, "delivered") is True
    assert deliveries.report(delivery, "bounced", error="mailbox full") is True
    assert deliveries.report(delivery, "delivered") is False
    assert state_of(delivery) == ("bounced", "mailbox full")


def test_an_agent_may_send_a_failed_one_again() -> None:
    ScriptedChannel.answers.extend([ChannelError("550 blocked", permanent=True)])
    conversation = make_conversation()
    message = conversations.reply(conversation, by=make_user("agent"), body="Hola")
    deliveries.send_due()
    assert state_of(message.delivery)[0] == "failed"
    assert deliveries.send_again(message.delivery) is True
    deliveries.send_due()
    assert state_of(message.delivery)[0] == "sent"
    assert deliveries.send_again(message.delivery) is False


def attempts_of(delivery: Delivery) -> list[tuple[int, str]]:
    return list(Attempt.objects.filter(delivery=delivery).values_list("number", "outcome"))


def test_what_was_sent_keeps_its_attempts_when_somebody_asks_to_repeat_it() -> None:
    delivery = write()
    deliveries.send_due()
    assert deliveries.send_again(delivery) is False
    assert (state_of(delivery)[0], attempts_of(delivery)) == ("sent", [(1, "sent")])
    assert list(consistency.deliveries()) == []


def test_what_is_in_flight_keeps_its_open_attempt_when_somebody_asks_to_repeat_it() -> None:
    """Else the next claim would not know that a worker died in between, and would send it like a new one."""
    delivery = write("marketing")
    Attempt.objects.create(delivery=delivery, number=1)
    Delivery.objects.update(attempts=1)
    assert deliveries.send_again(delivery) is False
    assert attempts_of(delivery) == [(1, "")]
    deliveries.send_due()
    assert (state_of(delivery)[0], ScriptedChannel.sent) == ("unknown", [])


def test_a_repeat_goes_on_in_the_same_log_with_a_full_round_of_attempts() -> None:
    refusals = [ChannelError("451 try later")] * Delivery.max_attempts
    ScriptedChannel.answers.extend([*refusals, *refusals[1:], SendResult()])
    delivery = write()
    for _ in range(Delivery.max_attempts):
        due_again()
        deliveries.send_due()
    assert state_of(delivery)[0] == "failed"
    assert deliveries.send_again(delivery) is True
    for _ in range(Delivery.max_attempts):
        due_again()
        deliveries.send_due()
    assert state_of(delivery)[0] == "sent"
    failures = [(number, "failed") for number in range(1, 2 * Delivery.max_attempts)]
    assert attempts_of(delivery) == [*failures, (2 * Delivery.max_attempts, "sent")]


@pytest.mark.parametrize("purpose", ["transactional", "marketing"])
def test_an_attempt_without_an_end_counts_for_its_own_round_only(purpose: str) -> None:
    delivery = write(purpose)
    for number in (1, 2):
        Attempt.objects.create(delivery=delivery, number=number)
    Delivery.objects.update(attempts=2)
    deliveries.send_due()
    assert state_of(delivery)[0] == "unknown"
    assert deliveries.send_again(delivery) is True
    deliveries.send_due()
    assert (state_of(delivery)[0], attempts_of(delivery)[-1]) == ("sent", (4, "sent"))


def test_what_bounced_and_was_repeated_was_accepted_twice_rightly() -> None:
    delivery = write()
    deliveries.send_due()
    deliveries.report(delivery, "bounced", error="mailbox full")
    assert deliveries.send_again(delivery) is True
    deliveries.send_due()
    assert attempts_of(delivery) == [(1, "sent"), (2, "sent")]
    assert list(consistency.deliveries()) == []
    Attempt.objects.create(delivery=delivery, number=3, outcome="sent")
    assert list(consistency.deliveries()) == [f"delivery {delivery.pk}: was accepted 2 times"]


def test_a_paused_channel_sends_nothing_and_loses_nothing() -> None:
    delivery = write()
    delivery.channel.active = False
    delivery.channel.save()
    assert deliveries.send_due() == 0
    delivery.channel.active = True
    delivery.channel.save()
    assert deliveries.send_due() == 1


def test_people_without_an_address_are_not_written_to() -> None:
    contact = make_contact()
    contact.identities.all().delete()
    assert outgoing.send(contact_id=contact.pk, key="k", subject="s", text="t", channel=make_channel()) is None
    assert Delivery.objects.count() == 0

"""A delivery's turn: what is checked before the provider is called, and what each of its answers leads to."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from crm.actions import consents
from crm.models import Event
from kernel import lease
from omnichannel import blocks
from omnichannel.actions import deliveries, outgoing
from omnichannel.channels.base import ChannelError, SendResult
from omnichannel.models import Attempt, Channel, Delivery, Suppression
from omnichannel.tests.factories import ScriptedChannel, make_channel, make_contact

pytestmark = pytest.mark.django_db


def write(key: str = "k", channel: Channel | None = None, **fields: Any) -> Delivery:
    delivery = outgoing.send(
        contact_id=make_contact("ana@casa.example").pk,
        key=key,
        subject="Hola",
        text=key,
        channel=channel or make_channel(),
        **fields,
    )
    assert delivery is not None
    return delivery


def turn(delivery: Delivery) -> tuple[str, str]:
    """State and error after it has been its turn."""
    Delivery.objects.filter(pk=delivery.pk, due_at__isnull=False).update(due_at=Now())
    deliveries.send_due()
    delivery.refresh_from_db()
    return delivery.state, delivery.error


def waits(delivery: Delivery) -> int:
    """Seconds until it is due again."""
    left: timedelta = Delivery.objects.filter(pk=delivery.pk).values_list(F("due_at") - Now(), flat=True).get()
    return round(left.total_seconds())


# --- whether it may go -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reason", "purpose"), [("bounce", "marketing"), ("complaint", "transactional")])
def test_address_that_is_gone_or_complained_gets_nothing_at_all(reason: str, purpose: str) -> None:
    delivery = write(purpose=purpose)
    Suppression.objects.create(kind="email", address="ana@casa.example", reason=reason)

    assert turn(delivery) == ("suppressed", blocks.BLOCKED[reason])
    assert (Attempt.objects.count(), delivery.due_at, delivery.settled_at is None) == (0, None, False)


@pytest.mark.parametrize("other", [{"kind": "phone"}, {"address": "ben@casa.example"}])
def test_suppression_of_something_else_stops_nothing(other: dict[str, str]) -> None:
    delivery = write()
    Suppression.objects.create(**{"kind": "email", "address": "ana@casa.example", "reason": "bounce"} | other)

    assert turn(delivery)[0] == "sent"


@pytest.mark.parametrize(
    ("purpose", "consent", "refused", "state"),
    [
        ("transactional", "surveys", "surveys", "suppressed"),
        ("transactional", "surveys", "marketing", "sent"),
        ("transactional", "", "surveys", "sent"),
        ("marketing", "", "marketing", "suppressed"),
    ],
)
def test_refusal_until_the_last_moment_holds_back_what_it_was_about(
    purpose: str, consent: str, refused: str, state: str
) -> None:
    delivery = write(purpose=purpose, consent=consent)
    consents.record(delivery.message.contact_id, channel="scripted", purpose=refused, state="withdrawn", source="test")

    assert turn(delivery)[0] == state


def test_who_agreed_again_is_written_to() -> None:
    delivery = write(consent="surveys")
    for said in ("withdrawn", "granted"):
        consents.record(delivery.message.contact_id, channel="scripted", purpose="surveys", state=said, source="test")

    assert turn(delivery)[0] == "sent"


def test_account_whose_kind_is_gone_fails_at_once_and_says_so() -> None:
    delivery = write()
    Channel.objects.update(kind="pigeon")

    assert turn(delivery) == ("failed", "No channel of kind pigeon is installed.")
    assert Attempt.objects.count() == 0


def test_claim_that_somebody_else_took_over_sends_nothing() -> None:
    delivery = write()
    [claimed] = lease.claim(Delivery.objects.all(), counted=False)
    Delivery.objects.update(lease="00000000-0000-4000-8000-000000000001")

    deliveries.send(claimed, deliveries.Senders())

    delivery.refresh_from_db()
    assert (ScriptedChannel.sent, Attempt.objects.count(), delivery.attempts) == ([], 0, 0)


# --- what the provider said --------------------------------------------------------------------------------------


def test_provider_that_knows_at_once_that_it_arrived_is_believed() -> None:
    ScriptedChannel.answers.append(SendResult(provider_id="p1", state="delivered"))
    delivery = write()

    assert (turn(delivery), delivery.provider_id) == (("delivered", ""), "p1")
    assert (delivery.lease, delivery.due_at, Attempt.objects.get().outcome) == (None, None, "delivered")


@pytest.mark.parametrize(("before", "seconds"), [(0, 5), (2, 45), (6, 3600)])
def test_waits_between_attempts_grow_up_to_an_hour(before: int, seconds: int) -> None:
    ScriptedChannel.answers.append(ChannelError("451 try later"))
    delivery = write()
    Delivery.objects.update(attempts=before)

    assert turn(delivery) == ("queued", "451 try later")
    assert (waits(delivery), delivery.settled_at, delivery.attempts) == (seconds, None, before + 1)


def test_waits_of_a_new_round_begin_short_again() -> None:
    ScriptedChannel.answers.append(ChannelError("451 try later"))
    delivery = write()
    Delivery.objects.update(attempts=9, attempts_before=8)

    assert (turn(delivery)[0], waits(delivery)) == ("queued", 15)


def test_provider_that_says_when_to_come_back_is_asked_then() -> None:
    ScriptedChannel.answers.append(ChannelError("too many", retry_after=1234))
    delivery = write()

    assert (turn(delivery)[0], waits(delivery)) == ("queued", 1234)


def test_attempt_keeps_how_it_ended_and_why() -> None:
    ScriptedChannel.answers += [ChannelError("x" * 1200), ChannelError("lost", unknown=True)]
    delivery = write()
    turn(delivery)
    assert (len(delivery.error), turn(delivery)[1]) == (1000, "lost")

    first, second = Attempt.objects.all()
    assert (first.outcome, len(first.error), first.finished_at is None) == ("failed", 1000, False)
    assert (second.outcome, second.error, second.outcome_label()) == ("unknown", "lost", "unknown")


def test_end_that_nobody_knows_twice_is_left_to_people() -> None:
    ScriptedChannel.answers += [ChannelError("lost", unknown=True)] * 2
    delivery = write()

    assert (turn(delivery)[0], turn(delivery)) == ("queued", ("unknown", "lost"))
    assert (delivery.due_at, delivery.settled_at) == (None, None)
    assert turn(delivery)[0] == "unknown"
    assert deliveries.report(delivery, "delivered") is True


@pytest.mark.parametrize(("error", "told"), [("", "Every attempt stopped the sender."), ("451 later", "451 later")])
def test_last_attempt_that_stopped_its_sender_is_the_last(error: str, told: str) -> None:
    delivery = write()
    last = Delivery.max_attempts
    for number in range(1, last + 1):
        Attempt.objects.create(delivery=delivery, number=number, finished_at=Now() if number < last else None)
    Delivery.objects.update(attempts=last, error=error)

    assert turn(delivery) == ("failed", told)
    assert ScriptedChannel.sent == []


def test_sender_that_lost_its_claim_meanwhile_decides_nothing() -> None:
    """Its attempt is on record with its end; the state belongs to whoever has the delivery now."""
    ScriptedChannel.sending.append(lose)
    ScriptedChannel.answers += [SendResult(provider_id="p1"), ChannelError("550 gone", permanent=True)]
    write("a")
    write("b")

    deliveries.send_due()

    assert set(Delivery.objects.values_list("state", "provider_id", "error")) == {("queued", "", "")}
    assert [attempt.outcome for attempt in Attempt.objects.order_by("delivery")] == ["sent", "failed"]
    assert not Event.objects.filter(name="message.delivery_changed").exists()


def lose(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(lease=None)


def test_fact_of_a_failure_holds_the_beginning_of_its_reason() -> None:
    ScriptedChannel.answers.append(ChannelError("x" * 1200, permanent=True))
    delivery = write()
    turn(delivery)

    told = Event.objects.get(name="message.delivery_changed")
    assert (told.properties["error"], len(delivery.error)) == ("x" * 200, 1000)
    assert (told.contact_id, told.channel) == (delivery.message.contact_id, "scripted")


# --- the account and the batch -----------------------------------------------------------------------------------


def health() -> tuple[str, str]:
    channel = Channel.objects.get()
    return channel.health, channel.health_detail


def test_passing_refusal_is_the_accounts_trouble_and_the_next_success_its_end() -> None:
    ScriptedChannel.answers.append(ChannelError("x" * 600))
    delivery = write()
    turn(delivery)
    assert health() == ("failing", "x" * 500)

    turn(delivery)

    assert health() == ("good", "")


def test_address_that_is_refused_for_good_says_nothing_of_the_account() -> None:
    ScriptedChannel.answers.append(ChannelError("550 no such user", permanent=True))

    turn(write())

    assert health() == ("unknown", "")


def test_health_that_stays_good_is_written_once_a_minute() -> None:
    channel = make_channel()
    turn(write("a", channel))
    first = Channel.objects.get().health_at
    turn(write("b", channel))
    assert Channel.objects.get().health_at == first

    Channel.objects.update(health_at=Now() - timedelta(seconds=61))
    turn(write("c", channel))

    again = Channel.objects.get().health_at
    assert (again is not None and first is not None and again > first) is True


def test_oldest_due_go_first_and_no_more_than_the_batch_holds() -> None:
    channel = make_channel()
    for key, minutes in (("b", 1), ("a", 2), ("c", 0), ("d", -1)):
        due = Now() - timedelta(minutes=minutes)
        Delivery.objects.filter(pk=write(key, channel).pk).update(due_at=due)

    assert deliveries.send_due(limit=2) == 2
    assert [text for _to, text in ScriptedChannel.sent] == ["a", "b"]
    assert (deliveries.send_due(), deliveries.send_due()) == (1, 0)
    assert ScriptedChannel.sent[-1][1] == "c"


def test_accounts_of_a_batch_are_opened_once_each_and_closed_even_when_one_breaks() -> None:
    one, other = make_channel(), make_channel()
    ScriptedChannel.answers.append(RuntimeError("boom"))
    for key, channel in (("a", one), ("b", other), ("c", one)):
        write(key, channel)

    deliveries.send_due()

    assert sorted(ScriptedChannel.closed) == sorted([one.pk, other.pk])
    assert len(ScriptedChannel.sent) == 2


def test_batch_whose_sender_is_stopped_closes_its_accounts_and_leaves_the_others_free_soon() -> None:
    def stop(_: Delivery) -> None:
        raise KeyboardInterrupt

    ScriptedChannel.sending.append(stop)
    channel = make_channel()
    first, second = write("a", channel), write("b", channel)

    with pytest.raises(KeyboardInterrupt):
        deliveries.send_due()

    first.refresh_from_db()
    second.refresh_from_db()
    assert ScriptedChannel.closed == [channel.pk]
    assert (first.attempts, second.attempts) == (1, 0)
    assert waits(second) <= 10 < waits(first)


# --- later reports -----------------------------------------------------------------------------------------------

FORWARD = ("queued", "unknown", "sent", "delivered", "read")
ENDS = ("suppressed", "failed")


@pytest.mark.parametrize("before", [*FORWARD, *ENDS, "bounced"])
def test_state_only_goes_forward(before: str) -> None:
    later = (*FORWARD[FORWARD.index(before) + 1 :], *ENDS, "bounced") if before in FORWARD else ("bounced",)
    expected = set(later) - {before} if before != "bounced" else set()
    delivery = Delivery(state=before)

    assert {state for state in Delivery.State.values if delivery.may_become(state)} == expected


def test_report_that_comes_too_late_changes_and_tells_nothing() -> None:
    delivery = write()
    deliveries.report(delivery, "read")
    before, told = Delivery.objects.values().get(), Event.objects.count()

    assert deliveries.report(delivery, "sent", error="late") is False
    assert (Delivery.objects.values().get(), Event.objects.count()) == (before, told)


def test_what_is_sent_again_is_not_settled() -> None:
    delivery = write()
    deliveries.report(delivery, "failed", error="550")
    assert Delivery.objects.filter(settled_at=None).count() == 0

    assert deliveries.send_again(delivery) is True

    assert list(Delivery.objects.values_list("state", "error", "settled_at")) == [("queued", "", None)]
    told = Event.objects.filter(name="message.delivery_changed").latest("pk")
    assert told.properties["state"] == "queued"


def test_what_did_not_fail_is_not_sent_again() -> None:
    delivery = write()

    assert deliveries.send_again(delivery) is False
    assert Delivery.objects.get().state == "queued"
    assert not Event.objects.filter(name="message.delivery_changed").exists()


def test_what_may_not_go_keeps_what_became_of_it_and_goes_once_it_may() -> None:
    delivery = write()
    deliveries.report(delivery, "bounced", error="550 no such user")
    block = Suppression.objects.create(kind="email", address="ana@casa.example", reason="bounce")
    assert deliveries.send_again(delivery) is False
    assert list(Delivery.objects.values_list("state", "error")) == [("bounced", "550 no such user")]

    block.delete()
    assert deliveries.send_again(delivery) is True
    assert turn(delivery) == ("sent", "")


def test_what_was_held_back_is_sent_again_once_the_block_is_lifted() -> None:
    delivery = write()
    block = Suppression.objects.create(kind="email", address="ana@casa.example", reason="bounce")
    assert turn(delivery)[0] == "suppressed"
    block.delete()

    assert deliveries.send_again(delivery) is True
    assert turn(delivery) == ("sent", "")

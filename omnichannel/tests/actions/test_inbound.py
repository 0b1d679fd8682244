"""Raw first: stored once, acknowledged, read later; what cannot be read waits in the quarantine."""

import json
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from kernel.sandbox import Limits
from omnichannel.actions import inbound
from omnichannel.channels.base import ChannelError
from omnichannel.models import Channel, Conversation, Message, RawInbound
from omnichannel.tests.factories import ScriptedChannel, make_channel
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def arrive(channel: Channel, key: str = "k1", **fields: str) -> RawInbound:
    return inbound.receive_raw(channel_id=channel.pk, dedup_key=key, body=json.dumps(fields).encode(), meta={})


def due_again() -> None:
    RawInbound.objects.filter(due_at__isnull=False).update(due_at=Now())


def test_what_arrives_is_stored_and_filed() -> None:
    raw = arrive(make_channel(), text="Hola")
    assert raw.state == "received"
    assert inbound.process_due() == 1
    raw.refresh_from_db()
    assert (raw.state, raw.due_at, raw.attempts) == ("processed", None, 1)
    assert Message.objects.get().raw == raw
    assert inbound.process_due() == 0


def test_the_same_key_is_one_item_however_often_and_at_once() -> None:
    channel = make_channel()
    rows = in_threads(4, lambda: arrive(channel))
    assert len({row.pk for row in rows}) == 1
    in_threads(3, inbound.process_due)
    assert (RawInbound.objects.count(), Message.objects.count()) == (1, 1)


def read_by_two(number: int, takes: Callable[[str], float]) -> list[str]:
    """What comes in a row, each an answer to the one before, by two readers. Their words in the order of filing."""
    channel = make_channel()
    ScriptedChannel.parsing.append(lambda raw: time.sleep(takes(raw.dedup_key)))
    for n in range(number):
        arrive(channel, str(n), text=str(n), message_id=f"{n}@casa.example", in_reply_to=f"{n - 1}@casa.example")
    in_threads(2, inbound.process_due)
    return list(Message.objects.order_by("id").values_list("text", flat=True))


def test_what_came_in_a_row_is_filed_in_a_row_by_however_many_readers() -> None:
    assert read_by_two(24, takes=lambda key: 0.05 if key == "0" else 0.01) == [str(n) for n in range(24)]
    assert Conversation.objects.count() == 1


def test_what_is_hard_to_read_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "COURTESY", timedelta(seconds=0.1))

    assert read_by_two(2, takes=lambda key: 0.6 if key == "0" else 0) == ["1", "0"]


def test_what_can_never_be_read_goes_to_quarantine_at_once() -> None:
    def refuse(raw: RawInbound) -> None:
        raise ChannelError("This is no mail.", permanent=True)

    ScriptedChannel.parsing.append(refuse)
    raw = arrive(make_channel())
    inbound.process_due()
    raw.refresh_from_db()
    assert (raw.state, raw.error, raw.due_at) == ("quarantined", "This is no mail.", None)


def test_a_passing_failure_is_tried_again_then_quarantined_with_its_reason() -> None:
    def fail(raw: RawInbound) -> None:
        raise RuntimeError("parser fell over")

    ScriptedChannel.parsing.append(fail)
    raw = arrive(make_channel())
    for _ in range(RawInbound.max_attempts):
        due_again()
        inbound.process_due()
    raw.refresh_from_db()
    assert (raw.state, raw.attempts) == ("quarantined", RawInbound.max_attempts)
    assert raw.error == "RuntimeError: parser fell over"


def test_an_item_that_kills_its_reader_cannot_loop_for_ever() -> None:
    raw = arrive(make_channel())
    RawInbound.objects.update(attempts=RawInbound.max_attempts)  # that many claims, no word from any of them
    inbound.process_due()
    raw.refresh_from_db()
    assert raw.state == "quarantined"
    assert "stopped the reader" in raw.error


def test_poison_does_not_keep_others_waiting() -> None:
    channel = make_channel()

    def refuse_k2(raw: RawInbound) -> None:
        if raw.dedup_key == "k2":
            raise ChannelError("poison", permanent=True)

    ScriptedChannel.parsing.append(refuse_k2)
    for key in ("k1", "k2", "k3"):
        arrive(channel, key)
    inbound.process_due()
    assert dict(RawInbound.objects.values_list("dedup_key", "state")) == {
        "k1": "processed",
        "k2": "quarantined",
        "k3": "processed",
    }


def test_replay_reads_again_and_files_once() -> None:
    channel = make_channel()

    def refuse(raw: RawInbound) -> None:
        raise ChannelError("unknown charset", permanent=True)

    ScriptedChannel.parsing.append(refuse)
    raw = arrive(channel, external_id="m1")
    inbound.process_due()
    ScriptedChannel.reset()
    inbound.replay(raw)
    inbound.process_due()
    raw.refresh_from_db()
    assert (raw.state, raw.error, Message.objects.count()) == ("processed", "", 1)
    inbound.replay(raw)
    inbound.process_due()
    assert Message.objects.count() == 1


def test_a_mail_from_nobody_is_quarantined() -> None:
    raw = arrive(make_channel(), sender="not an address")
    inbound.process_due()
    raw.refresh_from_db()
    assert (raw.state, raw.error) == ("quarantined", "Its sender is no address that can be answered.")


def test_a_reader_that_lost_its_lease_files_nothing() -> None:
    channel = make_channel()

    def steal(raw: RawInbound) -> None:
        RawInbound.objects.filter(pk=raw.pk).update(lease=None)

    ScriptedChannel.parsing.append(steal)
    arrive(channel)
    inbound.process_due()
    assert Message.objects.count() == 0


def test_the_first_reading_gives_way_soon_and_the_next_has_longer_than_any_parser() -> None:
    channel = make_channel()
    leases: list[float] = []

    def die(raw: RawInbound) -> None:
        """As a killed worker: nothing is said of the row, and its lease stays."""
        left = RawInbound.objects.filter(pk=raw.pk).values_list(F("due_at") - Now(), flat=True).get()
        leases.append(left.total_seconds())
        raise KeyboardInterrupt

    ScriptedChannel.parsing.append(die)
    arrive(channel)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            inbound.process_due()
        due_again()

    assert leases[0] < 15
    assert leases[1] > Limits().wall

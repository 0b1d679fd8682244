"""One connection for the mails of a batch, and never a doubt about what a broken one has carried."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.functions import Now

from omnichannel.actions import deliveries, mailings
from omnichannel.actions.mailings import Mailing
from omnichannel.models import Channel, Delivery
from omnichannel.tests.factories import make_channel, make_contact
from tests.fakes.smtp_sink import HANG_UP, SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        settings.SMTP_URL = running.url
        yield running


def queue(count: int, channel: Channel | None = None, prefix: str = "p") -> None:
    people = [make_contact(f"{prefix}{number}@casa.example") for number in range(count)]
    wanted = [Mailing(contact_id=p.pk, key=f"{prefix}{p.pk}", subject="Hola", text="Hola") for p in people]
    mailings.send_many(wanted, channel=channel or make_channel(kind="email"))


def recipients(sink: SmtpSink) -> list[str]:
    return [accepted.recipients[0].partition("@")[0] for accepted in sink.accepted]


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_batch_goes_by_one_connection_that_ends_with_it(sink: SmtpSink) -> None:
    queue(5)
    assert deliveries.send_due() == 5
    assert (recipients(sink), sink.connections, sink.farewells) == (["p0", "p1", "p2", "p3", "p4"], 1, 1)
    assert states() == ["sent"] * 5


def test_each_account_has_a_connection_of_its_own(sink: SmtpSink) -> None:
    own = {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_security": "none"}
    queue(2, prefix="a")
    queue(2, make_channel(kind="email", settings=own), prefix="b")
    deliveries.send_due()
    assert (sorted(recipients(sink)), sink.connections, sink.farewells) == (["a0", "a1", "b0", "b1"], 2, 2)


@pytest.mark.parametrize(
    ("step", "reply"),
    [("mail", "451 Not now"), ("rcpt", "550 No such user"), ("data", "554 Spam"), ("data", "452 Full")],
)
def test_refused_mail_leaves_the_connection_to_the_next(sink: SmtpSink, step: str, reply: str) -> None:
    sink.replies[step] = ["", reply]
    queue(3)
    deliveries.send_due()
    assert (recipients(sink), sink.connections) == (["p0", "p2"], 1)


@pytest.mark.parametrize("reply", [HANG_UP, "421 Too many mails", "500 What?"])
def test_kept_connection_that_has_ended_is_opened_once_more(sink: SmtpSink, reply: str) -> None:
    sink.replies["rset"] = [reply]
    queue(2)
    deliveries.send_due()
    assert (recipients(sink), sink.connections, states()) == (["p0", "p1"], 2, ["sent"] * 2)


@pytest.mark.parametrize("step", ["mail", "rcpt"])
@pytest.mark.parametrize("reply", [HANG_UP, "421 Good night"])
def test_kept_connection_that_ends_before_the_final_dot_loses_nothing(sink: SmtpSink, step: str, reply: str) -> None:
    sink.replies[step] = ["", reply]
    queue(2)
    deliveries.send_due()
    assert (recipients(sink), sink.connections, states()) == (["p0", "p1"], 2, ["sent"] * 2)


def test_new_connection_that_breaks_is_left_to_the_next_attempt(sink: SmtpSink) -> None:
    sink.replies["mail"] = ["", HANG_UP, HANG_UP]
    queue(2)
    deliveries.send_due()
    assert (sink.connections, states()) == (2, ["sent", "queued"])
    Delivery.objects.filter(due_at__isnull=False).update(due_at=Now())
    deliveries.send_due()
    assert (recipients(sink), states()) == (["p0", "p1"], ["sent"] * 2)


def test_connection_whose_end_is_unclear_is_never_used_again(sink: SmtpSink) -> None:
    sink.replies["answer"] = [HANG_UP]
    queue(2)
    deliveries.send_due()
    assert (recipients(sink), sink.connections) == (["p0", "p1"], 2)
    first = Delivery.objects.order_by("pk")[0]
    assert list(first.attempt_log.values_list("outcome", flat=True)) == ["unknown"]


def test_health_is_written_at_a_change_and_not_for_every_mail(sink: SmtpSink) -> None:
    channel = make_channel(kind="email")
    queue(2, channel)
    deliveries.send_due()
    channel.refresh_from_db()
    first = channel.health_at
    queue(2, channel, prefix="later")
    deliveries.send_due()
    channel.refresh_from_db()
    assert (channel.health, channel.health_at) == ("good", first)


def test_delivery_of_a_kind_that_was_taken_out_holds_up_nobody(sink: SmtpSink) -> None:
    gone = make_channel(kind="email")
    queue(1, gone, prefix="gone")
    queue(1)
    Channel.objects.filter(pk=gone.pk).update(kind="pigeon")
    deliveries.send_due()
    assert (recipients(sink), states()) == (["p0"], ["failed", "sent"])
    assert Delivery.objects.order_by("pk")[0].error == "No channel of kind pigeon is installed."

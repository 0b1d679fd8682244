"""One mailbox read in one thread: where its cursor begins and goes, what is looked up again, how it ends."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from imapclient.exceptions import LoginError

from omnichannel.channels.email.tests.mails import raw_mail
from omnichannel.doors import imap
from omnichannel.doors.imap import Mailbox
from omnichannel.doors.watch import Reader, Watch, imap_channels
from omnichannel.models import Channel, ImapCursor, RawInbound
from omnichannel.tests.factories import make_channel
from tests.fakes.imap_server import ImapServer

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class WithoutNext(ImapServer):
    """Does not say which UID comes next, as RFC 3501 allows."""

    def _select(self) -> tuple[list[bytes], str]:
        lines, result = super()._select()
        return [line.partition(b"* OK [UIDNEXT")[0] for line in lines], result


def mailbox_of(server: ImapServer, **settings: Any) -> Channel:
    own = {"imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none", "imap_user": server.user}
    channel = make_channel(kind="email", settings={**own, **settings})
    channel.keep_secret("imap_password", server.password)
    channel.save()
    return channel


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as running:
        yield running


@pytest.fixture
def account(server: ImapServer) -> Channel:
    return mailbox_of(server)


@pytest.fixture
def mailbox(account: Channel) -> Iterator[Mailbox]:
    opened = Mailbox(account)
    yield opened
    opened.close()


def keys() -> list[str]:
    return sorted(RawInbound.objects.values_list("dedup_key", flat=True))


# --- where it begins ---


@pytest.mark.parametrize(("old", "start"), [(0, 0), (3, 3)])
def test_without_a_word_on_the_next_uid_it_begins_behind_the_newest(old: int, start: int) -> None:
    with WithoutNext() as server:
        for _ in range(old):
            server.add(raw_mail())
        opened = Mailbox(mailbox_of(server))
        opened.close()
    assert ImapCursor.objects.get().last_uid == start


def test_another_folder_of_the_account_has_a_cursor_and_keys_of_its_own(server: ImapServer) -> None:
    account = mailbox_of(server, imap_folder="Shop")
    opened = Mailbox(account)
    server.add(raw_mail())
    opened.read_new()
    opened.close()

    assert [command for command in server.commands if command.startswith("EXAMINE")] == ['EXAMINE "Shop"']
    assert (keys(), ImapCursor.objects.get().folder) == (["imap:Shop:1:1"], "Shop")


def test_renumbered_mailbox_without_new_mail_begins_behind_its_newest(server: ImapServer, mailbox: Mailbox) -> None:
    server.add(raw_mail(), at=timezone.now() - 30 * DAY)
    mailbox.read_new()
    server.renumber(2, first_uid=70)

    Mailbox(mailbox.channel).close()

    assert list(ImapCursor.objects.order_by("pk").values_list("uidvalidity", "last_uid")) == [(1, 1), (2, 70)]


def test_renumbered_mailbox_is_looked_through_from_three_days_before_it_was_last_seen(
    server: ImapServer, mailbox: Mailbox
) -> None:
    for days in (9, 7, 5):
        server.add(raw_mail(), at=timezone.now() - days * DAY)
    ImapCursor.objects.update(seen_at=timezone.now() - 5 * DAY)
    server.renumber(2, first_uid=70)

    Mailbox(mailbox.channel).close()

    assert ImapCursor.objects.get(uidvalidity=2).last_uid == 70


# --- where it goes ---


def test_reading_takes_away_the_error_and_says_when_it_was(mailbox: Mailbox) -> None:
    ImapCursor.objects.update(error="OSError: away", seen_at=timezone.now() - DAY)

    assert mailbox.read_new() == 0

    cursor = ImapCursor.objects.get()
    assert cursor.error == ""
    assert timezone.now() - cursor.seen_at < dt.timedelta(minutes=1)


def test_gaps_in_the_numbers_are_no_mails(server: ImapServer, mailbox: Mailbox) -> None:
    for uid in (5, 9, 100):
        server.add(raw_mail(), uid=uid)
    assert (mailbox.read_new(), ImapCursor.objects.get().last_uid) == (3, 100)
    assert keys() == ["imap:INBOX:1:100", "imap:INBOX:1:5", "imap:INBOX:1:9"]


@pytest.mark.parametrize(("limit", "is_whole"), [(0, True), (-1, False)])
def test_mail_of_exactly_the_limit_is_read_whole(
    server: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, limit: int, is_whole: bool
) -> None:
    mail = raw_mail("the end")
    monkeypatch.setattr(imap, "MAX_SIZE", len(mail) + limit)
    server.add(mail)

    mailbox.read_new()

    raw = RawInbound.objects.get()
    assert (bytes(raw.body).endswith(b"the end"), "refused" not in raw.meta) == (is_whole, is_whole)
    assert (raw.meta["uid"], raw.meta["uidvalidity"], raw.meta["folder"]) == (1, 1, "INBOX")


# --- what is looked up again ---


@pytest.mark.parametrize(
    ("ago", "is_due"),
    [(None, True), (dt.timedelta(hours=23, minutes=59), False), (dt.timedelta(hours=24, minutes=1), True)],
)
def test_numbers_are_compared_once_a_day(mailbox: Mailbox, ago: dt.timedelta | None, is_due: bool) -> None:
    mailbox.cursor.reconciled_at = timezone.now() - ago if ago else None
    assert mailbox.reconcile_is_due is is_due


def test_comparing_goes_three_days_back_and_not_beyond_the_cursor(server: ImapServer, account: Channel) -> None:
    Channel.objects.update(created_at=timezone.now() - 30 * DAY)
    account.refresh_from_db()
    server.add(raw_mail(), uid=10)
    opened = Mailbox(account)
    server.add(raw_mail(), uid=1, at=timezone.now() - 5 * DAY)
    server.add(raw_mail(), uid=2, at=timezone.now() - 2 * DAY)
    server.add(raw_mail(), uid=11)

    assert (opened.reconcile(), keys()) == (2, ["imap:INBOX:1:10", "imap:INBOX:1:2"])
    opened.close()
    assert ImapCursor.objects.get().reconciled_at is not None


# --- waiting and ending ---


def test_idling_ends_with_the_last_wait(server: ImapServer, mailbox: Mailbox) -> None:
    mailbox.idle(iter([0.01, 0.01]))
    assert (mailbox.read_new(), server.commands.count("IDLE")) == (0, 1)


def test_connection_that_is_gone_can_be_closed(server: ImapServer, account: Channel) -> None:
    opened = Mailbox(account)
    server.drop = "LOGOUT"
    opened.close()
    assert server.commands[-1] == "LOGOUT"


def test_refused_password_leaves_no_cursor(server: ImapServer, account: Channel) -> None:
    server.refuse_login = True
    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
        Mailbox(account)
    assert ImapCursor.objects.count() == 0


# --- the watch, without its threads ---


def reader(channel: Channel | None = None, **times: float) -> Reader:
    return Reader(channel or Channel(pk=7), Watch(**times))


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 5), (1, 10), (2, 20), (7, 640), (8, 900), (10, 900), (10_000, 900)]
)
def test_pause_doubles_with_each_failure_up_to_a_quarter_of_an_hour(failures: int, seconds: float) -> None:
    waiting = reader(pause=5)
    waiting.failures = failures
    assert waiting._back_off() == seconds


@pytest.mark.parametrize(("idle", "slices"), [(240, [5.0] * 48), (12, [5.0] * 3), (0.5, [0.5])])
def test_waiting_is_cut_in_slices_so_that_a_stop_is_noticed(idle: float, slices: list[float]) -> None:
    waiting = reader(idle=idle)
    assert list(waiting._slices()) == slices
    waiting.stop()
    assert list(waiting._slices()) == []


def test_only_a_change_of_settings_or_secrets_is_news(account: Channel) -> None:
    waiting = reader(account)
    Channel.objects.update(health="failing", name="Renamed")
    assert waiting.knows(Channel.objects.get())

    Channel.objects.get().replace_secret("smtp_password", "new")
    assert not waiting.knows(Channel.objects.get())

    Channel.objects.update(sealed=account.sealed, settings=account.settings | {"imap_folder": "Shop"})
    assert not waiting.knows(Channel.objects.get())


@pytest.mark.django_db(transaction=True)
def test_failure_is_written_on_the_channel_and_its_cursor(account: Channel, mailbox: Mailbox) -> None:
    waiting = reader(account)
    waiting._failed(OSError("x" * 600))

    account.refresh_from_db()
    detail = f"OSError: {'x' * 491}"
    assert (waiting.failures, account.health, account.health_detail) == (1, "failing", detail)
    assert ImapCursor.objects.get().error == detail


def test_active_mail_accounts_with_a_server_are_watched(account: Channel) -> None:
    make_channel(kind="email", settings={"imap_host": ""})
    make_channel(kind="email")
    make_channel(kind="email", settings={"imap_host": "i.example"}, active=False)
    make_channel(settings={"imap_host": "i.example"})
    assert imap_channels() == [account]

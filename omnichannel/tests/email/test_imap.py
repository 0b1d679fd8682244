import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crm.models import Heartbeat
from omnichannel import outbox
from omnichannel.actions import inbound
from omnichannel.channels.email.tests.mails import raw_mail
from omnichannel.doors import imap
from omnichannel.doors.imap import Mailbox
from omnichannel.doors.watch import Watch
from omnichannel.models import Channel, ImapCursor, RawInbound
from omnichannel.tests.factories import make_channel
from tests.fakes.imap_server import ImapServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as running:
        yield running


@pytest.fixture
def account(server: ImapServer) -> Channel:
    settings = {"imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none", "imap_user": server.user}
    channel = make_channel(kind="email", address="support@hilo.example", settings=settings)
    channel.keep_secret("imap_password", server.password)
    channel.save()
    return channel


def read(account: Channel) -> int:
    mailbox = Mailbox(account)
    try:
        return mailbox.read_new()
    finally:
        mailbox.close()


def stored_uids() -> list[int]:
    return sorted(RawInbound.objects.values_list("meta__uid", flat=True))


def test_new_account_begins_with_what_comes_from_now_on(server: ImapServer, account: Channel) -> None:
    server.add(raw_mail("old"))
    assert read(account) == 0
    server.add(raw_mail("new"))
    assert (read(account), stored_uids()) == (1, [2])


def test_mail_is_stored_as_it_is(server: ImapServer, account: Channel) -> None:
    read(account)
    body = raw_mail("x\r\n)\r\n* 9 EXISTS\r\n")
    server.add(body)
    read(account)
    raw = RawInbound.objects.get()
    assert (bytes(raw.body), raw.dedup_key) == (body, "imap:INBOX:1:1")


def test_nothing_is_read_twice(server: ImapServer, account: Channel) -> None:
    read(account)
    for _ in range(45):
        server.add(raw_mail())
    assert [read(account), read(account), len(stored_uids())] == [45, 0, 45]
    assert ImapCursor.objects.get().last_uid == 45


def test_mailbox_is_opened_for_reading_only(server: ImapServer, account: Channel) -> None:
    read(account)
    server.add(raw_mail())
    read(account)
    assert any(command.startswith("EXAMINE") for command in server.commands)
    assert not any("STORE" in command or "\\Seen" in command or "BODY[]" in command for command in server.commands)


def test_cursor_stays_behind_a_mail_that_could_not_be_stored(
    server: ImapServer, account: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(account)
    server.add(raw_mail())

    def broken(**kwargs: Any) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(inbound, "receive_raw", broken)
        with pytest.raises(OSError, match="disk full"):
            read(account)
    assert (read(account), stored_uids()) == (1, [1])


def test_renumbered_mailbox_is_read_again_for_the_last_days(server: ImapServer, account: Channel) -> None:
    read(account)
    server.add(raw_mail(), at=dt.datetime.now(dt.UTC) - dt.timedelta(days=30))
    server.add(raw_mail())
    read(account)
    server.renumber(2, first_uid=70)
    assert (read(account), read(account)) == (1, 0)
    keys = RawInbound.objects.values_list("dedup_key", flat=True)
    assert sorted(keys) == [
        "imap:INBOX:1:1",
        "imap:INBOX:1:2",
        "imap:INBOX:2:71",
    ]


def test_reconciling_finds_what_arrived_below_the_cursor(server: ImapServer, account: Channel) -> None:
    earlier = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    server.add(raw_mail("from before we came"), uid=1, at=earlier)
    read(account)
    server.add(raw_mail(), uid=10)
    read(account)
    server.add(raw_mail("moved in from elsewhere"), uid=5)
    mailbox = Mailbox(account)
    assert (mailbox.read_new(), mailbox.reconcile(), mailbox.reconcile()) == (0, 1, 0)
    assert (stored_uids(), mailbox.reconcile_is_due) == ([5, 10], False)
    mailbox.close()


def test_oversized_mail_is_noted_without_its_body(
    server: ImapServer, account: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "MAX_SIZE", 1000)
    read(account)
    server.add(raw_mail("x" * 2000, Subject="large"))
    read(account)
    raw = RawInbound.objects.get()
    assert b"Subject: large" in bytes(raw.body)
    assert b"xxx" not in bytes(raw.body)
    assert raw.meta["refused"].startswith("The mail has 2")
    assert outbox.held([raw])[0].size == raw.meta["size"] > 2000


# --- the watch over all accounts ---


@pytest.fixture
def watching() -> Iterator[Callable[[], Watch]]:
    started: list[tuple[Watch, threading.Thread]] = []

    def begin() -> Watch:
        watch = Watch(look=0.05, poll=0.05, idle=0.5, pause=0.05)
        thread = threading.Thread(target=watch.run)
        thread.start()
        started.append((watch, thread))
        return watch

    yield begin
    for watch, thread in started:
        watch.stopping.set()
        thread.join(timeout=15)


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_watch_says_that_it_is_there_though_it_has_no_mailbox_to_read(watching: Callable[[], Watch]) -> None:
    watching()
    eventually(Heartbeat.objects.filter(service="imap").exists)


def test_idling_reader_gets_new_mail_at_once(
    server: ImapServer, account: Channel, watching: Callable[[], Watch]
) -> None:
    watching()
    eventually(lambda: bool(server.idling))
    server.add(raw_mail())
    eventually(lambda: stored_uids() == [1])
    account.refresh_from_db()
    assert (account.health, server.logins) == ("good", 1)


def test_server_without_idle_is_polled(server: ImapServer, account: Channel, watching: Callable[[], Watch]) -> None:
    server.capabilities = "IMAP4rev1"
    watching()
    eventually(lambda: "NOOP" in server.commands)
    server.add(raw_mail())
    eventually(lambda: stored_uids() == [1])
    assert "IDLE" not in server.commands


def test_broken_connection_is_opened_again(server: ImapServer, account: Channel, watching: Callable[[], Watch]) -> None:
    watching()
    eventually(lambda: bool(server.idling))
    server.disconnect()
    server.add(raw_mail())
    eventually(lambda: stored_uids() == [1])
    assert server.logins == 2


def test_refused_login_shows_on_the_channel_and_heals(
    server: ImapServer, account: Channel, watching: Callable[[], Watch]
) -> None:
    server.refuse_login = True
    watching()
    eventually(lambda: Channel.objects.get().health == "failing")
    assert "AUTHENTICATIONFAILED" in Channel.objects.get().health_detail
    server.refuse_login = False
    eventually(lambda: Channel.objects.get().health == "good")


def test_account_that_is_switched_off_is_left_alone(
    server: ImapServer, account: Channel, watching: Callable[[], Watch]
) -> None:
    watch = watching()
    eventually(lambda: bool(server.idling))
    Channel.objects.update(active=False)
    eventually(lambda: not watch.readers and not server.idling)
    assert (watch.readers, server.logins) == ({}, 1)


def test_no_account_means_no_reader(watching: Callable[[], Watch]) -> None:
    make_channel(kind="email")
    watch = watching()
    time.sleep(0.2)
    assert watch.readers == {}


def test_new_password_is_used_without_a_restart(
    server: ImapServer, account: Channel, watching: Callable[[], Watch]
) -> None:
    account.keep_secret("imap_password", "wrong")
    account.save()
    watching()
    eventually(lambda: Channel.objects.get().health == "failing")
    account.replace_secret("imap_password", server.password)
    eventually(lambda: bool(server.idling))
    assert server.logins == 1

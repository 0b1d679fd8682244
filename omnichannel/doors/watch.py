"""Watching all IMAP accounts from one process: a thread for each account, next to nothing if there is none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

from django.db import DatabaseError, close_old_connections, connection

from crm.actions import heartbeats
from omnichannel.doors.imap import Mailbox
from omnichannel.models import Channel, ImapCursor

log = logging.getLogger(__name__)


class Watch:
    """Keeps one reader for each active account with an IMAP server. Times in seconds."""

    def __init__(self, *, look: float = 15, poll: float = 30, idle: float = 240, pause: float = 5) -> None:
        self.look, self.poll, self.idle, self.pause = look, poll, idle, pause
        self.stopping = threading.Event()
        self.readers: dict[int, Reader] = {}

    def run(self) -> None:
        while not self.stopping.is_set():
            self.refresh()
            self.stopping.wait(self.look)
        for reader in list(self.readers.values()):
            reader.stop()
        for reader in list(self.readers.values()):
            reader.join(timeout=10)

    def refresh(self) -> None:
        """Starts readers for new accounts, and anew for changed ones; stops those that are gone."""
        close_old_connections()
        try:
            heartbeats.report("imap")
            accounts = {channel.pk: channel for channel in imap_channels()}
        except DatabaseError:
            log.warning("the mail accounts cannot be read now", exc_info=True)
            return
        for pk, reader in list(self.readers.items()):
            if not reader.is_alive() or pk not in accounts or not reader.knows(accounts[pk]):
                reader.stop()
                del self.readers[pk]
        for pk in accounts.keys() - self.readers.keys():
            self.readers[pk] = Reader(accounts[pk], self)
            self.readers[pk].start()


def imap_channels() -> list[Channel]:
    active = Channel.objects.filter(kind="email", active=True, settings__imap_host__gt="")
    return list(active.order_by("pk"))


class Reader(threading.Thread):
    """One account: connect, read, wait for news; after an error wait longer each time and say so on the channel."""

    def __init__(self, channel: Channel, watch: Watch) -> None:
        super().__init__(name=f"imap-{channel.pk}", daemon=True)
        self.channel, self.watch = channel, watch
        self.stopping = threading.Event()
        self.failures = 0

    def knows(self, account: Channel) -> bool:
        """A new password is news as much as a new server."""
        known = self.channel
        return (account.settings, account.sealed) == (known.settings, known.sealed)

    def stop(self) -> None:
        self.stopping.set()

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                self._session()
                if not self.stopping.is_set():
                    self.stopping.wait(self._back_off())
        finally:
            connection.close()

    def _back_off(self) -> float:
        return float(min(self.watch.pause * 2 ** min(self.failures, 10), 900))

    def _session(self) -> None:
        """Until the connection ends or we stop. No error leaves it: the account is to be read for ever."""
        mailbox = None
        try:
            close_old_connections()
            mailbox = Mailbox(self.channel)
            while not self.stopping.is_set():
                self._round(mailbox)
        except Exception as error:  # imaplib, sockets, TLS and the database each have their own
            self._failed(error)
        finally:
            if mailbox:
                mailbox.close()

    def _round(self, mailbox: Mailbox) -> None:
        close_old_connections()
        while mailbox.read_new():
            pass
        if mailbox.reconcile_is_due:
            mailbox.reconcile()
        if self.failures or self.channel.health != Channel.Health.GOOD:
            self.channel.report(Channel.Health.GOOD)
            self.channel.health = Channel.Health.GOOD
        self.failures = 0
        self._wait_for_news(mailbox)

    def _wait_for_news(self, mailbox: Mailbox) -> None:
        if mailbox.can_idle:
            mailbox.idle(self._slices())
        else:
            self.stopping.wait(self.watch.poll)
            mailbox.client.noop()

    def _slices(self) -> Iterator[float]:
        """Short waits, so that a stop is noticed, up to the time after which servers forget an idling client."""
        waited, step = 0.0, min(5.0, self.watch.idle)
        while waited < self.watch.idle and not self.stopping.is_set():
            yield step
            waited += step

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        detail = f"{type(error).__name__}: {error}"[:500]
        log.warning("mailbox cannot be read", extra={"channel_id": self.channel.pk, "failures": self.failures})
        try:
            close_old_connections()
            self.channel.report(Channel.Health.FAILING, detail)
            self.channel.health = Channel.Health.FAILING
            ImapCursor.objects.filter(channel=self.channel).update(error=detail)
        except DatabaseError:
            log.warning("and this cannot be written down", exc_info=True)

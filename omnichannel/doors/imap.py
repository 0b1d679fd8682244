"""Reading a mailbox by IMAP (RFC 3501): every mail once, whatever somebody else does to the mailbox meanwhile.

The cursor is (account, folder, UIDVALIDITY, last UID). `\\Seen` is neither read nor set, nothing is deleted. A mail is
stored before the cursor moves on. Once a day the UIDs of the last days are compared with what was stored.
"""

from __future__ import annotations

import datetime as dt
import logging
import ssl
from collections.abc import Iterator
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from omnichannel.actions import inbound
from omnichannel.channels.email import oauth
from omnichannel.models import Channel, ImapCursor, RawInbound

BATCH = 20
MAX_SIZE = 50 << 20
CONNECT_SECONDS = 30
LOOK_BACK = dt.timedelta(days=3)
RECONCILE_EVERY = dt.timedelta(hours=24)

log = logging.getLogger(__name__)


class Mailbox:
    """One folder of one account, connected and selected. Raises what imapclient and sockets raise."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.folder = str(channel.settings.get("imap_folder") or "INBOX")
        self.client = _connect(channel)
        selected = self.client.select_folder(self.folder, readonly=True)
        self.uidvalidity = int(selected[b"UIDVALIDITY"])
        self.cursor = self._find_cursor(int(selected.get(b"UIDNEXT") or 0))

    def _find_cursor(self, uidnext: int) -> ImapCursor:
        """A new account begins with what comes from now on; a mailbox that was renumbered with the last days."""
        place = {"channel": self.channel, "folder": self.folder}
        known = ImapCursor.objects.filter(**place, uidvalidity=self.uidvalidity).first()
        if known:
            return known
        renumbered = ImapCursor.objects.filter(**place).order_by("-seen_at").first()
        start = self._before(renumbered.seen_at - LOOK_BACK) if renumbered else self._newest(uidnext)
        return ImapCursor.objects.create(**place, uidvalidity=self.uidvalidity, last_uid=start)

    def _newest(self, uidnext: int) -> int:
        return uidnext - 1 if uidnext else max(self.client.search("ALL"), default=0)

    def _before(self, moment: dt.datetime) -> int:
        """The UID before the first mail since that day."""
        return min(self.client.search(["SINCE", moment.date()]), default=self._last_uid() + 1) - 1

    def _last_uid(self) -> int:
        return max(self.client.search("ALL"), default=0)

    def read_new(self) -> int:
        """Stores what is new. Returns how many mails."""
        # "n:*" always names the last mail, even if its UID is below n (RFC 3501 §6.4.8).
        last = self.cursor.last_uid
        uids = sorted(uid for uid in self.client.search(["UID", f"{last + 1}:*"]) if uid > last)
        for start in range(0, len(uids), BATCH):
            batch = uids[start : start + BATCH]
            self._store(batch)
            self._advance(batch[-1])
        if not uids:
            self._advance(last)
        return len(uids)

    def _advance(self, uid: int) -> None:
        self.cursor.last_uid = uid
        ImapCursor.objects.filter(pk=self.cursor.pk).update(last_uid=uid, seen_at=Now(), error="")

    def reconcile(self) -> int:
        """Fetches what is in the mailbox but was never stored. Returns how many mails."""
        since = max(timezone.now() - LOOK_BACK, self.channel.created_at)
        present = [uid for uid in self.client.search(["SINCE", since.date()]) if uid <= self.cursor.last_uid]
        keys = {self._key(uid): uid for uid in present}
        stored = RawInbound.objects.filter(channel=self.channel, dedup_key__in=keys).values_list("dedup_key", flat=True)
        missing = self._arrived_after([keys[key] for key in keys.keys() - set(stored)], self.channel.created_at)
        self._store(missing)
        ImapCursor.objects.filter(pk=self.cursor.pk).update(reconciled_at=Now())
        self.cursor.reconciled_at = timezone.now()
        return len(missing)

    def _arrived_after(self, uids: list[int], moment: dt.datetime) -> list[int]:
        """What was there before the account was connected is the customer's past, not news."""
        if not uids:
            return []
        found = self.client.fetch(uids, ["INTERNALDATE"])
        moment = moment.replace(microsecond=0)  # INTERNALDATE has whole seconds
        return [uid for uid in sorted(uids) if uid in found and found[uid][b"INTERNALDATE"] >= moment]

    @property
    def reconcile_is_due(self) -> bool:
        at = self.cursor.reconciled_at
        return at is None or timezone.now() - at > RECONCILE_EVERY

    def _store(self, uids: list[int]) -> None:
        sizes = self.client.fetch(uids, ["RFC822.SIZE"]) if uids else {}
        for uid in uids:
            size = sizes.get(uid, {}).get(b"RFC822.SIZE")
            if size is not None:  # else it was deleted in this moment
                self._store_one(uid, int(size))

    def _store_one(self, uid: int, size: int) -> None:
        what = b"BODY[]" if size <= MAX_SIZE else b"BODY[HEADER]"
        body = self.client.fetch([uid], [what.replace(b"[", b".PEEK[")]).get(uid, {}).get(what)
        if body is None:
            return
        meta: dict[str, Any] = {"uid": uid, "uidvalidity": self.uidvalidity, "folder": self.folder}
        if size > MAX_SIZE:
            meta |= {"refused": inbound.TOO_LARGE_TO_FETCH.format(size=size, limit=MAX_SIZE), "size": size}
        inbound.receive_raw(channel_id=self.channel.pk, dedup_key=self._key(uid), body=body, meta=meta)

    def _key(self, uid: int) -> str:
        return f"imap:{self.folder[:60]}:{self.uidvalidity}:{uid}"

    @property
    def can_idle(self) -> bool:
        return bool(self.client.has_capability("IDLE"))

    def idle(self, slices: Iterator[float]) -> None:
        """Waits for news (RFC 2177) as long as `slices` gives seconds to wait; any news ends it."""
        self.client.idle()
        try:
            for seconds in slices:
                if any(_is_news(response) for response in self.client.idle_check(timeout=seconds)):
                    return
        finally:
            self.client.idle_done()

    def close(self) -> None:
        try:
            self.client.logout()
        except Exception:  # the connection may be what failed
            self.client.shutdown()


def _is_news(response: Any) -> bool:
    return isinstance(response, tuple) and len(response) > 1 and response[1] in (b"EXISTS", b"RECENT")


def _connect(channel: Channel) -> IMAPClient:
    own = channel.settings
    security = own.get("imap_security") or "tls"
    port = int(own.get("imap_port") or (993 if security == "tls" else 143))
    context = ssl.create_default_context() if security == "tls" else None
    client = IMAPClient(own["imap_host"], port, ssl=security == "tls", ssl_context=context, timeout=CONNECT_SECONDS)
    try:
        if security == "starttls":
            client.starttls(ssl.create_default_context())
        _sign_in(client, channel)
    except BaseException:
        client.shutdown()
        raise
    client.normalise_times = False  # INTERNALDATE with its time zone
    return client


def _sign_in(client: IMAPClient, channel: Channel) -> None:
    """By password, or by token; a token that is not accepted may have been revoked early: renewed once."""
    user, token = channel.settings["imap_user"], oauth.bearer(channel)
    if token is None:
        client.login(user, channel.secret("imap_password"))
        return
    try:
        client.oauth2_login(user, token(False))
    except LoginError:
        client.oauth2_login(user, token(True))

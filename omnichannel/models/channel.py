"""Team queues and channel accounts: four different things that others mix up (inbox, account, identity, person)."""

from datetime import timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Team
from crm.secrets import seal, unseal
from omnichannel.channels.base import ChannelKind, GoneChannel, channels

GOOD_FOR = timedelta(minutes=1)


def channel_kinds() -> list[tuple[str, str]]:
    """Choices owned by the registry: a new kind of channel needs no migration."""
    return channels.choices()


class InboxQuerySet(models.QuerySet["Inbox"]):
    def visible_to(self, user: Any) -> Self:
        """Managers and admins: all. Agents: those of their team and those without a team."""
        if user.sees_everything:
            return self
        if not user.has_role("agent"):
            return self.none()
        return self.filter(Q(team=None) | Q(team=user.team_id) if user.team_id else Q(team=None))


class Inbox(models.Model):
    """A queue of conversations that a team works on."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, verbose_name=_("team"), help_text=_("Empty: for every agent.")
    )

    objects = InboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    """An account with a provider: credentials, transport, health. `settings` open, `sealed` encrypted."""

    class Health(models.TextChoices):
        UNKNOWN = "unknown", _("not tried yet")
        GOOD = "good", _("works")
        FAILING = "failing", _("fails")

    kind = models.CharField(_("kind"), max_length=24, choices=channel_kinds)
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=320, help_text=_("The e-mail address, number or account name."))
    inbox = models.ForeignKey(Inbox, models.PROTECT, related_name="channels", verbose_name=_("inbox"))
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    sealed = models.JSONField(default=dict, blank=True, editable=False)
    active = models.BooleanField(_("active"), default=True)
    health = models.CharField(_("health"), max_length=8, choices=Health.choices, default=Health.UNKNOWN, editable=False)
    health_detail = models.CharField(_("detail"), max_length=500, blank=True, editable=False)
    health_at = models.DateTimeField(_("health known since"), null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                "kind",
                Lower("address"),
                name="channel_once",
                violation_error_message=_("There is a channel with this address already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def plugin(self) -> ChannelKind:
        try:
            return channels.get(self.kind)(self)
        except LookupError:
            return GoneChannel(self)

    def secret(self, name: str) -> str:
        """The decrypted secret, "" if none is set."""
        return unseal(self.sealed[name], place=self._place(name)) if self.sealed.get(name) else ""

    def keep_secret(self, name: str, value: str) -> None:
        """Needs a saved row: the ciphertext is bound to its primary key. The caller saves."""
        self.sealed[name] = seal(value, place=self._place(name))

    def replace_secret(self, name: str, value: str) -> None:
        """Writes this one secret at once and leaves the others as they are by now, whoever changed them meanwhile."""
        with transaction.atomic():
            kept = type(self).objects.select_for_update().get(pk=self.pk)
            kept.keep_secret(name, value)
            kept.save(update_fields=["sealed"])
        self.sealed = kept.sealed

    def _place(self, name: str) -> str:
        return f"channel:{self.pk}:{name}"

    def report(self, health: "Channel.Health", detail: str = "") -> None:
        """What a door or a sender found out; read by the operations page."""
        type(self).objects.filter(pk=self.pk).update(health=health, health_detail=detail[:500], health_at=Now())
        self.health, self.health_at = health, timezone.now()

    def report_good(self) -> None:
        """Written at a change and else once a minute: a thousand sends must not queue for this one row."""
        fresh = self.health_at is not None and timezone.now() - self.health_at < GOOD_FOR
        if self.health != self.Health.GOOD or not fresh:
            self.report(self.Health.GOOD)


class ImapCursor(models.Model):
    """How far a mailbox folder was read. A new UIDVALIDITY starts a new cursor (RFC 3501 §2.3.1.1)."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="imap_cursors")
    folder = models.CharField(max_length=200, default="INBOX")
    uidvalidity = models.BigIntegerField()
    last_uid = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(db_default=Now())
    reconciled_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("channel", "folder", "uidvalidity"), name="imap_cursor_once")]

    def __str__(self) -> str:
        return f"{self.folder} of {self.channel_id}"

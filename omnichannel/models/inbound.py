"""Whatever arrives, before anybody looked into it: stored under a unique key, then acknowledged, then parsed."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.lease import Leased
from omnichannel.models.channel import Channel


class RawInbound(Leased):
    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        PROCESSED = "processed", _("processed")
        QUARANTINED = "quarantined", _("quarantined")

    max_attempts = 4

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="inbound", verbose_name=_("channel"))
    dedup_key = models.CharField(_("key"), max_length=200)
    body = models.BinaryField()
    meta = models.JSONField(_("came with"), default=dict)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.RECEIVED)
    error = models.TextField(_("error"), blank=True)
    received_at = models.DateTimeField(_("received at"), db_default=Now())

    class Meta:
        verbose_name = _("inbound item")
        verbose_name_plural = _("inbound items")
        constraints = [models.UniqueConstraint(fields=("channel", "dedup_key"), name="inbound_once")]
        indexes = [
            models.Index(fields=("due_at", "id"), name="inbound_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=("state", "id"), name="inbound_not_done", condition=~Q(state="processed")),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"

    @property
    def size(self) -> int:
        return len(self.body)

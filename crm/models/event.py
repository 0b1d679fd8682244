"""The ledger: an append-only log of what happened with customers, and the only way that news travels (ADR 1)."""

from typing import Self

from django.db import connection, models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models.contact import Contact
from crm.models.identity import Identity
from kernel.lease import Leased


class CurrentTransaction(Func):
    """The writing transaction's 64-bit id; a cursor over (xid, id) cannot skip what commits late."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


_SOURCES = """
WITH RECURSIVE step(source) AS (
    (SELECT source FROM crm_event ORDER BY source LIMIT 1)
    UNION ALL
    SELECT (SELECT e.source FROM crm_event e WHERE e.source > step.source ORDER BY e.source LIMIT 1)
    FROM step WHERE step.source IS NOT NULL
) SELECT source FROM step WHERE source IS NOT NULL"""


class EventQuerySet(models.QuerySet["Event"]):
    def of(self, contact: Contact, *, limit: int, before: "Position | None" = None) -> Self:
        """Newest first, at most `limit`: everybody merged into the contact, and what their devices did before they
        said who they were. What several people use is nobody's (ADR 11).

        One indexed LIMIT for each member and each visitor id, joined by UNION ALL: measured 100 times faster than
        `contact_id = ANY(...) ORDER BY` for merged people.
        """
        members = contact.family_ids
        known = Identity.objects.filter(contact__in=members, kind=Identity.Kind.ANONYMOUS, shared=False)
        devices = known.values_list("value", flat=True)
        own = [self.filter(contact_id=member) for member in members]
        anonymous = [self.filter(contact=None, anonymous_id=device) for device in devices]
        parts = [part.older_than(before).newest_first()[:limit] for part in own + anonymous]
        first, *rest = parts
        return first.union(*rest, all=True).order_by("-occurred_at", "-id")[:limit] if rest else first

    def named(self, text: str) -> Self:
        """By a whole message id, or by a number: their own or their contact's. Each is one look into an index.

        Message ids are looked up source by source, as they are unique; an index of their own would cost every write.
        """
        found = self.filter(source__in=self._sources(), message_id=text).values("pk")
        if text.isascii() and text.isdigit() and len(text) < 19:
            own, theirs = self.filter(pk=int(text)).values("pk"), self.filter(contact_id=int(text)).values("pk")
            found = found.union(own, theirs)
        return self.filter(pk__in=found)

    def _sources(self) -> list[str]:
        """A step into the index for each: there are as many as keys that ever wrote."""
        with connection.cursor() as cursor:
            cursor.execute(_SOURCES)
            return [row[0] for row in cursor.fetchall()]

    def older_than(self, position: "Position | None") -> Self:
        if position is None:
            return self
        at, event_id = position
        return self.filter(Q(occurred_at__lt=at) | Q(occurred_at=at, id__lt=event_id))

    def newest_first(self) -> Self:
        return self.order_by("-occurred_at", "-id")


Position = tuple[object, int]  # (occurred_at, id): a place in a timeline


class Event(models.Model):
    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, related_name="events", db_index=False, verbose_name=_("contact")
    )
    anonymous_id = models.CharField(_("visitor id"), max_length=320, blank=True, default="")
    name = models.CharField(_("name"), max_length=200)
    occurred_at = models.DateTimeField(_("happened"), db_default=Now())
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())
    xid = models.BigIntegerField(_("transaction"), db_default=CurrentTransaction())
    source = models.CharField(_("source"), max_length=60, default="hilo")
    message_id = models.CharField(_("message id"), max_length=200)
    channel = models.CharField(_("channel"), max_length=24, blank=True, default="")
    properties = models.JSONField(_("properties"), default=dict)
    cause = models.ForeignKey(
        "self", models.SET_NULL, null=True, db_constraint=False, db_index=False, verbose_name=_("cause")
    )
    depth = models.PositiveSmallIntegerField(_("depth"), default=0)
    schema_version = models.PositiveSmallIntegerField(_("version of the format"), default=1)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=("source", "message_id"), name="event_once")]
        indexes = [
            models.Index(fields=("contact", "-occurred_at", "-id"), include=("name", "channel"), name="event_timeline"),
            models.Index(
                fields=("anonymous_id", "-occurred_at", "-id"),
                name="event_anonymous_timeline",
                condition=Q(contact=None),
            ),
            models.Index(fields=("xid", "id"), name="event_commit_order"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Cursor(models.Model):
    """How far a consumer has read: everything up to and including (xid, event_id) is done or in its retry table."""

    consumer = models.CharField(_("consumer"), max_length=120, unique=True)
    xid = models.BigIntegerField(_("transaction"), default=0)
    event_id = models.BigIntegerField(_("event"), default=0)
    paused = models.BooleanField(_("paused"), default=False)
    moved_at = models.DateTimeField(_("moved"), db_default=Now())

    class Meta:
        verbose_name = _("consumer")
        verbose_name_plural = _("consumers")

    def __str__(self) -> str:
        return self.consumer


class Retry(Leased):
    """An event that made a consumer fail. After the last attempt it is a dead letter: visible, replayable."""

    consumer = models.CharField(_("consumer"), max_length=120)
    event = models.ForeignKey(Event, models.CASCADE, verbose_name=_("event"))
    error = models.TextField(_("error"), blank=True)
    dead = models.BooleanField(_("given up"), default=False)
    created_at = models.DateTimeField(_("since"), db_default=Now())

    class Meta:
        verbose_name = _("dead letter")
        verbose_name_plural = _("dead letters")
        constraints = [models.UniqueConstraint(fields=("consumer", "event"), name="retry_once")]
        indexes = [models.Index(fields=("due_at", "id"), name="retry_due", condition=Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.consumer} × {self.event_id}"


class Heartbeat(models.Model):
    """A part of the product that is alive. `at` is database time."""

    service = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.service

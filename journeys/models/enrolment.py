"""One person on one journey, and the log of what happened to them there."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import Contact
from journeys.models.journey import Journey, Version

if TYPE_CHECKING:
    from journeys.models.waiting import Timer, Wait


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, user: Any) -> Self:
        """Whoever may see the customer may see which journeys they are on."""
        return self if user.sees_everything else self.filter(contact__in=Contact.objects.visible_to(user))

    def active(self) -> Self:
        return self.filter(state=Enrolment.State.ACTIVE)

    def under_way(self) -> Self:
        """Also who has failed: tried again, they go on."""
        return self.filter(state__in=(Enrolment.State.ACTIVE, Enrolment.State.FAILED))

    def elsewhere_than(self, version: Version) -> Self:
        """On other versions of the same journey."""
        return self.filter(journey=version.journey_id).exclude(version=version)

    def failed(self) -> Self:
        return self.filter(state=Enrolment.State.FAILED)

    def newest_first(self) -> Self:
        return self.order_by("-id")


class Enrolment(models.Model):
    """`version` is pinned at entry; only a Handover changes it. `visit` numbers the nodes that this person reached,
    from 1; (node, visit) is where they stand and the fence of every move: whoever finds another one has lost the race.

    `key` tells several enrolments of one person apart, if the trigger allows that; else it is empty.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("under way")
        COMPLETED = "completed", _("completed")
        EXITED = "exited", _("taken out")
        FAILED = "failed", _("stopped")

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="enrolments", verbose_name=_("journey"))
    version = models.ForeignKey(Version, models.RESTRICT, related_name="enrolments", verbose_name=_("version"))
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="enrolments", db_index=False, verbose_name=_("contact")
    )
    key = models.CharField(max_length=80, blank=True, default="")
    once = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.ACTIVE)
    node = models.CharField(_("node"), max_length=60)
    visit = models.PositiveIntegerField(default=1)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # The event that brought them in: no foreign key, the ledger may be thinned out before the enrolment ends.
    event_id = models.BigIntegerField(null=True)
    entry = models.JSONField(default=dict)  # that event's name and properties, and its depth in the chain of causes
    entered_at = models.DateTimeField(_("entered"), db_default=Now())
    left_at = models.DateTimeField(_("left"), null=True)

    objects = EnrolmentQuerySet.as_manager()
    timer: "Timer"
    wait: "Wait"

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(
                fields=("journey", "contact", "key"), condition=Q(state="active"), name="enrolment_one_active"
            ),
            models.UniqueConstraint(fields=("journey", "contact"), condition=Q(once=True), name="enrolment_once_only"),
            models.UniqueConstraint(
                fields=("journey", "event_id"), condition=Q(event_id__isnull=False), name="enrolment_once_per_event"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "failed"], left_at=None)
                | Q(state__in=["completed", "exited"], left_at__isnull=False),
                name="enrolment_left_when_over",
            ),
        ]
        indexes = [
            models.Index(fields=("contact", "-id"), name="enrolment_of_contact"),
            models.Index(fields=("journey", "-id"), name="enrolment_recent"),
            models.Index(fields=("version", "node"), name="enrolment_standing", condition=Q(state="active")),
            models.Index(fields=("journey", "id"), name="enrolment_failed", condition=Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}:{self.contact_id}"

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def is_failed(self) -> bool:
        return self.state == self.State.FAILED


class Step(models.Model):
    """What happened at one node, in the order of `id`. Append-only and narrow: it is the largest table here."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="steps")
    version = models.ForeignKey(Version, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    node = models.CharField(max_length=60)
    visit = models.PositiveIntegerField()
    outcome = models.CharField(max_length=24)  # the branch taken, or "waiting", "failed", "exited", "retried", "moved"
    detail = models.CharField(max_length=500, blank=True)
    event_id = models.BigIntegerField(null=True)  # the event that made it happen, if it was one
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ("id",)
        indexes = [models.Index(fields=("version", "node", "outcome"), name="step_counts")]

    def __str__(self) -> str:
        return f"{self.enrolment_id}:{self.node}:{self.visit} {self.outcome}"

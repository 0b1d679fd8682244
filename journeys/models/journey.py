"""A journey and its versions. A published version never changes: the database itself refuses (migration 0001)."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import User

if TYPE_CHECKING:
    from journeys.models.enrolment import Enrolment


class JourneyQuerySet(models.QuerySet["Journey"]):
    def visible_to(self, user: Any) -> Self:
        """Managers and admins. Others see a customer's enrolments beside the customer, not the journey itself."""
        return self if user.sees_everything else self.none()

    def live(self) -> Self:
        return self.filter(status=Journey.Status.LIVE)

    def with_timers_due(self) -> Self:
        """Live journeys where somebody's waiting time is over: one index probe for each journey."""
        from journeys.models.waiting import Timer

        due = Timer.objects.filter(journey=models.OuterRef("pk"), due_at__lte=Now())
        return self.live().filter(models.Exists(due))


class Journey(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    purpose = models.CharField(_("what it is for"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=6, choices=Status.choices, default=Status.DRAFT, editable=False)
    live_version = models.ForeignKey(
        "Version",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("live version"),
    )
    # Surveys that were paused together with it, and go on together with it.
    paused_surveys = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    objects = JourneyQuerySet.as_manager()
    enrolments: "models.Manager[Enrolment]"

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft") | Q(live_version__isnull=False), name="journey_live_has_version"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.status == self.Status.LIVE

    @property
    def is_paused(self) -> bool:
        return self.status == self.Status.PAUSED

    @property
    def newest_version(self) -> "Version | None":
        return Version.objects.filter(journey=self).order_by("-number").first()


class VersionQuerySet(models.QuerySet["Version"]):
    def listening_to(self, names: set[str]) -> Self:
        """Published versions with a trigger or a wait for one of these events."""
        return self.filter(published_at__isnull=False, listens__overlap=sorted(names))

    def listened(self) -> list[str]:
        """Names of the events that any published version has a trigger or a wait for."""
        names = self.filter(published_at__isnull=False).annotate(name=models.Func("listens", function="unnest"))
        return sorted(names.order_by().values_list("name", flat=True).distinct())


class Version(models.Model):
    """One state of a journey's graph: {"nodes": […], "edges": […]}, explained in journeys/graph.py."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="versions", verbose_name=_("journey"))
    number = models.PositiveIntegerField(_("number"), editable=False)
    graph = models.JSONField(_("graph"), default=dict)
    # Names of the events that its triggers and waits want, written by publishing: the consumer's index.
    listens = ArrayField(models.CharField(max_length=200), default=list, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False, verbose_name=_("published by")
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a journey")
        verbose_name_plural = _("versions of journeys")
        ordering = ("-number",)
        constraints = [models.UniqueConstraint(fields=("journey", "number"), name="journey_version_once")]
        indexes = [GinIndex(fields=("listens",), name="journey_version_listens")]

    def __str__(self) -> str:
        return str(_("%(journey)s, version %(number)s") % {"journey": self.journey.name, "number": self.number})

    @property
    def is_open(self) -> bool:
        """New people enter here."""
        return self.journey.is_live and self.journey.live_version_id == self.pk

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

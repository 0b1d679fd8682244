"""What becomes of the people under way when another version goes live: a decision, carried out in chunks.

A journey may have a million people on it; moving them in the transaction of publishing would hold up every consumer
behind the commit horizon. So the decision is a row, and the work is done behind it, some hundreds at a time.
"""

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import User
from journeys.models.journey import Journey, Version
from kernel.lease import Leased


class HandoverQuerySet(models.QuerySet["Handover"]):
    def unfinished(self) -> "HandoverQuerySet":
        return self.filter(due_at__isnull=False)

    def latest_of(self, journey: Journey) -> "Handover | None":
        return self.filter(journey=journey).select_related("version", "by").order_by("-pk").first()

    def workable(self) -> "HandoverQuerySet":
        """Of live journeys: in a paused one everybody stays where they are, whatever was decided."""
        return self.unfinished().filter(journey__status=Journey.Status.LIVE)


class Handover(Leased):
    """`targets`: node → node of the new version, "" to leave the journey, or "=" to finish on the version entered.

    A node that is not named stays itself where the new version has it; where it is gone, people finish on theirs.
    """

    class Way(models.TextChoices):
        FINISH = "finish", _("finish on the version that they entered")
        MOVE = "move", _("move to the new version")
        LEAVE = "leave", _("leave the journey")

    LEAVES, FINISHES = "", "="

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="handovers")
    version = models.ForeignKey(Version, models.CASCADE, related_name="+")  # where to
    way = models.CharField(max_length=6, choices=Way.choices)
    targets: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    # How far it has come: enrolments are taken in the order of their ids, each once.
    reached = models.BigIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    stayed = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        indexes = [models.Index(fields=("due_at", "id"), name="handover_due", condition=models.Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.version}: {self.way}"

    @property
    def is_finished(self) -> bool:
        return self.due_at is None

    def target_of(self, node: str, nodes: set[str]) -> str:
        """Where somebody who stands at `node` goes: a node of the new version, LEAVES or FINISHES."""
        if self.way == self.Way.LEAVE:
            return self.LEAVES
        chosen: str = self.targets.get(node, node if node in nodes else self.FINISHES)
        return chosen if chosen in (self.LEAVES, *nodes) else self.FINISHES

"""What people on a journey wait for: a time, an event, or whichever comes first.

Both kinds of row are about the place where the enrolment stands; moving on deletes them in the same transaction, and
the lock on the enrolment decides between an event and a time-out that come together.
"""

from typing import Any

from django.db import models
from django.db.models import Q

from crm.models import Contact
from journeys.models.enrolment import Enrolment
from journeys.models.journey import Journey
from kernel.lease import Leased


class Timer(Leased):
    """At `due_at` the enrolment leaves its node by `branch`. `journey` is here so that a paused one costs nothing."""

    enrolment = models.OneToOneField(Enrolment, models.CASCADE, related_name="timer")
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="+", db_index=False)
    node = models.CharField(max_length=60)
    visit = models.PositiveIntegerField()
    branch = models.CharField(max_length=24)
    event_id = models.BigIntegerField(null=True)  # what ended a wait while the journey was paused

    class Meta:
        indexes = [
            models.Index(fields=("journey", "due_at", "id"), name="timer_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}:{self.node}:{self.visit}"


class Wait(models.Model):
    """The enrolment goes on when `contact` has an event of this name whose properties satisfy `where`."""

    enrolment = models.OneToOneField(Enrolment, models.CASCADE, related_name="wait")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+", db_index=False)
    node = models.CharField(max_length=60)
    visit = models.PositiveIntegerField()
    event_name = models.CharField(max_length=200)
    where: "models.JSONField[Any, Any]" = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=("contact", "event_name"), name="wait_for_event")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} for {self.event_name}"

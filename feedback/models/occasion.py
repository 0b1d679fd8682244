"""A reason to ask that may still be taken back."""

from django.db import models

from kernel.lease import Leased
from omnichannel.models import Conversation


class Occasion(Leased):
    """A resolution that is asked about at `due_at`, if it still stands then. The row goes once that is decided."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    cycle_id = models.BigIntegerField(unique=True)
    event_id = models.BigIntegerField(null=True)  # the resolution as the ledger tells it, which may be thinned out

    class Meta:
        indexes = [models.Index(fields=("due_at", "id"), name="occasion_due")]

    def __str__(self) -> str:
        return f"cycle {self.cycle_id}"

"""What colleagues have on their desks: who is at a conversation now, and what is half written."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import User
from omnichannel.models.conversation import Conversation

HERE = timedelta(seconds=25)  # browsers say every 10 s that they are still there


class PresenceQuerySet(models.QuerySet["Presence"]):
    def others_at(self, conversation: Conversation, user: Any) -> Self:
        """Colleagues who have this conversation open now, those who are writing first."""
        here = self.filter(conversation=conversation, seen_at__gt=Now() - HERE).exclude(user=user)
        return here.select_related("user").order_by("-writing", "user__first_name", "pk")


class Presence(models.Model):
    """Somebody has a conversation open. A row that is not renewed means nothing after `HERE`."""

    user = models.ForeignKey(User, models.CASCADE)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="presences")
    writing = models.BooleanField(default=False)
    seen_at = models.DateTimeField(db_default=Now())

    objects = PresenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "conversation"), name="presence_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.conversation_id}"


class Draft(models.Model):
    """What one colleague has written in one conversation and not sent."""

    class Mode(models.TextChoices):
        REPLY = "reply", _("reply")
        NOTE = "note", _("private note")

    user = models.ForeignKey(User, models.CASCADE)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="drafts")
    mode = models.CharField(max_length=5, choices=Mode.choices, default=Mode.REPLY)
    body = models.TextField()
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "conversation"), name="draft_once")]

    def __str__(self) -> str:
        return f"draft of {self.user_id} for {self.conversation_id}"

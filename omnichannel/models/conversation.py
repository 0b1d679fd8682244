"""A conversation is with a person, not with a channel. Channel and identity sit on the message."""

from functools import cached_property
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from crm.models import Contact, Team, User
from crm.models.families import persons
from omnichannel.models.channel import Inbox


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: Any) -> Self:
        """All for managers and admins; for agents their team's and the open inboxes, and what is assigned to them."""
        if user.sees_everything:
            return self
        if not user.has_role("agent"):
            return self.none()
        return self.filter(Q(inbox__in=Inbox.objects.visible_to(user)) | Q(assignee=user))

    def open(self) -> Self:
        return self.filter(status=Conversation.Status.OPEN)

    def resolved(self) -> Self:
        return self.filter(status=Conversation.Status.RESOLVED)

    def mine(self, user: Any) -> Self:
        return self.filter(assignee=user)

    def unassigned(self) -> Self:
        return self.filter(assignee=None)

    def latest_first(self) -> Self:
        return self.order_by("-last_message_at", "-id")

    def waiting_longest(self) -> Self:
        return self.filter(waiting_since__isnull=False).order_by("waiting_since", "id")


class Conversation(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", _("open")
        RESOLVED = "resolved", _("resolved")

    class Priority(models.IntegerChoices):
        LOW = 0, _("low")
        NORMAL = 1, _("normal")
        HIGH = 2, _("high")
        URGENT = 3, _("urgent")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="conversations")
    inbox = models.ForeignKey(Inbox, models.PROTECT, related_name="conversations")
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    assignee = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="conversations", verbose_name=_("assignee")
    )
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, verbose_name=_("team"))
    # Since when the customer waits for us; null while it is their turn.
    waiting_since = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(db_default=Now())
    preview = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [
            models.Index(fields=("status", "-last_message_at", "-id"), name="conversation_recent"),
            models.Index(fields=("inbox", "status", "-last_message_at", "-id"), name="conversation_inbox_recent"),
            models.Index(fields=("assignee", "status", "-last_message_at", "-id"), name="conversation_mine_recent"),
            # For the counts in the tabs: they are read from it alone.
            models.Index(fields=("inbox", "assignee"), name="conversation_open", condition=Q(status="open")),
            models.Index(fields=("contact", "-last_message_at", "-id"), name="conversation_contact_recent"),
            models.Index(
                fields=("waiting_since", "id"), name="conversation_waiting", condition=Q(waiting_since__isnull=False)
            ),
            GinIndex(OpClass(Upper("subject"), name="gin_trgm_ops"), name="conversation_subject_trigrams"),
            GinIndex(OpClass(Upper("preview"), name="gin_trgm_ops"), name="conversation_preview_trigrams"),
        ]

    def __str__(self) -> str:
        return self.subject or str(_("Conversation %(id)s") % {"id": self.pk})

    @property
    def is_resolved(self) -> bool:
        return self.status == self.Status.RESOLVED

    @cached_property
    def person(self) -> Contact:
        """Who stands for the customer now: `contact`, or whom that record was merged into since."""
        return persons([self.contact])[self.contact_id]


class Cycle(models.Model):
    """From opening to resolving. First response, reopening and satisfaction are counted by cycles."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="cycles")
    number = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField(db_default=Now())
    first_reply_at = models.DateTimeField(null=True)
    first_reply_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=("conversation", "number"), name="cycle_once"),
            models.UniqueConstraint(
                fields=("conversation",), condition=Q(resolved_at=None), name="cycle_one_open_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}.{self.number}"


class Resolution(models.Model):
    """Who resolved it, when and why. Its row is gone when the conversation is open."""

    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="resolution")
    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"resolution of {self.conversation_id}"


class Reading(models.Model):
    """How far a colleague has read a conversation."""

    user = models.ForeignKey(User, models.CASCADE)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="readings")
    last_message_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "conversation"), name="reading_once")]

    def __str__(self) -> str:
        return f"{self.user_id} read {self.conversation_id}"

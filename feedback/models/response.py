"""What was answered. Only a confirmation by a person makes it count; a click alone may be a machine's."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Contact, Task
from feedback.models.invitation import Invitation
from feedback.models.survey import Question, Survey
from omnichannel.models import Inbox

COMMENT_LENGTH = 5000  # characters


class ResponseQuerySet(models.QuerySet["Response"]):
    def visible_to(self, user: Any) -> Self:
        """Managers and admins: all. Others: confirmed ones of the customers that they may see."""
        if user.sees_everything:
            return self
        return self.confirmed().filter(invitation__contact__in=Contact.objects.visible_to(user))

    def confirmed(self) -> Self:
        """Those that count."""
        return self.filter(state=Response.State.CONFIRMED)

    def between(self, since: datetime, until: datetime) -> Self:
        return self.filter(submitted_at__gte=since, submitted_at__lt=until)

    def with_words(self) -> Self:
        return self.exclude(comment="")

    def saying(self, words: str) -> Self:
        return self.filter(comment__icontains=words)


class Response(models.Model):
    class State(models.TextChoices):
        PROVISIONAL = "provisional", _("not confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        SUSPECTED_BOT = "suspected_bot", _("probably a machine")
        TEST = "test", _("test")

    invitation = models.OneToOneField(Invitation, models.CASCADE, related_name="response", verbose_name=_("invitation"))
    # Copied from the invitation, so that a report of a year reads one index.
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="responses", verbose_name=_("survey"))
    inbox = models.ForeignKey(
        Inbox, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name=_("inbox")
    )
    state = models.CharField(_("state"), max_length=14, choices=State.choices, default=State.PROVISIONAL)
    score = models.SmallIntegerField(_("score"), null=True)
    band = models.CharField(_("band"), max_length=16, blank=True)
    comment = models.TextField(_("comment"), blank=True, max_length=COMMENT_LENGTH)
    language = models.CharField(_("language"), max_length=8, blank=True)
    submitted_at = models.DateTimeField(_("answered"), null=True)
    # Looks without a confirmation: [{"score", "at", "sign"}]. Kept to tell machines from people, never counted.
    glances = models.JSONField(_("looks"), default=list, editable=False)
    # What it said before: [{"score", "comment", "at"}], oldest first.
    edits = models.JSONField(_("said before"), default=list, editable=False)
    follow_up = models.ForeignKey(
        Task, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("follow-up")
    )
    created_at = models.DateTimeField(_("created"), db_default=Now())

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "test"])
                | (Q(score__isnull=False, submitted_at__isnull=False) & ~Q(band="")),
                name="response_confirmed_is_complete",
            ),
        ]
        indexes = [
            models.Index(
                fields=("survey", "submitted_at"),
                include=("score", "inbox", "language"),
                condition=Q(state="confirmed"),
                name="response_report",
            ),
            models.Index(fields=("-submitted_at", "-id"), name="response_latest", condition=Q(state="confirmed")),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.score}"

    @property
    def is_given(self) -> bool:
        """By a person, whether it counts or was a test."""
        return self.state in (self.State.CONFIRMED, self.State.TEST)

    @property
    def counts(self) -> bool:
        """As `confirmed()` does: neither a test nor something that was never confirmed, or taken back."""
        return self.state == self.State.CONFIRMED

    @property
    def editable_until(self) -> datetime | None:
        if self.submitted_at is None:
            return None
        return self.submitted_at + timedelta(days=self.survey.editable_days)

    @property
    def is_closed(self) -> bool:
        return self.editable_until is not None and self.editable_until <= timezone.now()

    @property
    def feeling(self) -> str:
        return self.survey.plugin.feeling_of(self.band)


class Answer(models.Model):
    """What was said to one question of the version that was asked."""

    response = models.ForeignKey(Response, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    number = models.SmallIntegerField(null=True)
    text = models.TextField(blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=("response", "question"), name="answer_once"),
            models.CheckConstraint(
                condition=Q(number__isnull=False, text="") | (Q(number=None) & ~Q(text="")),
                name="answer_says_something",
            ),
        ]

    def __str__(self) -> str:
        return self.text or str(self.number)

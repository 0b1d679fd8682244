"""Who was asked, when and why, and who was left alone for which reason."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Contact, User
from feedback.models.survey import Survey, Version
from omnichannel.models import Conversation, Delivery, Inbox

if TYPE_CHECKING:
    from feedback.models.response import Response

UNDELIVERED = ("bounced", "failed", "suppressed")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: Any) -> Self:
        """Managers and admins: all. Others: those of the customers they may see, tests left out."""
        if user.sees_everything:
            return self
        return self.filter(is_test=False, contact__in=Contact.objects.visible_to(user))

    def asked(self) -> Self:
        """Without those held back and without tests: the people who really got the question."""
        return self.filter(suppressed="", is_test=False)

    def delivered(self) -> Self:
        """The denominator of a response rate: sent − bounced. Held back by a rule is never in it."""
        return self.asked().exclude(delivery__state__in=UNDELIVERED)


class Invitation(models.Model):
    class Suppressed(models.TextChoices):
        NO = "", _("asked")
        ASKED_RECENTLY = "asked_recently", _("asked not long ago")
        PROGRAMME = "programme", _("asked by another survey not long ago")
        REFUSED = "refused", _("does not want to be asked")
        UNREACHABLE = "unreachable", _("no address to write to")
        INACTIVE = "inactive", _("the survey is not active")

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="invitations", verbose_name=_("survey"))
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", null=True, verbose_name=_("version"))
    # Null once the person was erased: the score stays, nobody is behind it any more.
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, related_name="invitations", verbose_name=_("contact")
    )
    # What led to it ("cycle:12", "enrolment:node:visit"): asked once.
    cause_key = models.CharField(_("because of"), max_length=200)
    channel = models.CharField(_("channel"), max_length=24, default="email")
    suppressed = models.CharField(
        _("held back"), max_length=16, choices=Suppressed.choices, blank=True, default=Suppressed.NO
    )
    is_test = models.BooleanField(_("test"), default=False)
    token_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)  # SHA-256, hexadecimal
    delivery = models.OneToOneField(
        Delivery, models.SET_NULL, null=True, related_name="invitation", verbose_name=_("delivery")
    )
    conversation = models.ForeignKey(
        Conversation, models.SET_NULL, null=True, related_name="invitations", verbose_name=_("conversation")
    )
    inbox = models.ForeignKey(Inbox, models.SET_NULL, null=True, related_name="+", verbose_name=_("inbox"))
    agent = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("agent"))
    asked_at = models.DateTimeField(_("asked"), db_default=Now())
    opened_at = models.DateTimeField(_("opened"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)
    # The reminder has a link of its own: of the first one only the hash is known.
    reminded_at = models.DateTimeField(_("reminded"), null=True)
    reminder_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)

    objects = InvitationQuerySet.as_manager()
    response: "Response"

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=("survey", "cause_key"), name="invitation_once"),
            models.CheckConstraint(
                condition=Q(suppressed="", token_hash__isnull=False, version__isnull=False, expires_at__isnull=False)
                | (~Q(suppressed="") & Q(token_hash=None)),
                name="invitation_asked_has_token",
            ),
        ]
        indexes = [
            models.Index(
                fields=("survey", "asked_at"),
                include=("answered_at", "inbox", "delivery"),
                condition=Q(suppressed="", is_test=False),
                name="invitation_rate",
            ),
            models.Index(
                fields=("survey", "asked_at"),
                condition=Q(suppressed="", is_test=False, answered_at=None, reminded_at=None),
                name="invitation_unanswered",
            ),
            models.Index(
                fields=("contact", "asked_at"), name="invitation_recent", condition=Q(suppressed="", is_test=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} → {self.contact_id}"

    @property
    def is_undelivered(self) -> bool:
        return self.delivery is not None and self.delivery.state in UNDELIVERED

    @property
    def has_expired(self) -> bool:
        """By the web server's clock: a second more or less does not matter after weeks."""
        return self.expires_at is None or self.expires_at <= timezone.now()

"""Messages and their way out: intent (Delivery), call (Attempt), result. Nothing doubled, nothing lost."""

import uuid
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import Contact, Event, Identity, User
from kernel.lease import Leased
from omnichannel.models.channel import Channel
from omnichannel.models.conversation import Conversation
from omnichannel.models.inbound import RawInbound


def _visible_to(user: Any, conversation: str) -> Q | None:
    """Those in visible conversations; to every agent also those that programs sent outside any. None: no one."""
    if user.sees_everything:
        return Q()
    if not user.has_role("agent"):
        return None
    seen = Conversation.objects.visible_to(user)
    return Q(**{conversation: None}) | Q(**{f"{conversation}__in": seen})


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: Any) -> Self:
        rule = _visible_to(user, "conversation")
        return self.none() if rule is None else self.filter(rule)


class Message(models.Model):
    class Direction(models.TextChoices):
        INBOUND = "inbound", _("from the customer")
        OUTBOUND = "outbound", _("from us")
        NOTE = "note", _("private note")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="messages")
    # Null: sent by a journey or a survey.
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="messages")
    # Of such a message the conversation that it was sent because of, and that its answer joins (omnichannel.about).
    about = models.ForeignKey(
        Conversation, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    channel = models.ForeignKey(Channel, models.PROTECT, null=True)  # null: a note
    identity = models.ForeignKey(Identity, models.SET_NULL, null=True)
    raw = models.ForeignKey(RawInbound, models.SET_NULL, null=True)
    direction = models.CharField(max_length=8, choices=Direction.choices)
    author = models.ForeignKey(User, models.SET_NULL, null=True)
    automatic = models.BooleanField(default=False)  # written by a program: ours, or the customer's auto-reply
    sender = models.CharField(max_length=320, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    to = ArrayField(models.CharField(max_length=320), default=list)
    cc = ArrayField(models.CharField(max_length=320), default=list)
    # As the sender wrote it, for answers to this message (omnichannel.routes).
    reply_to = ArrayField(
        models.CharField(max_length=320),
        default=list,
        db_default=models.Value([], ArrayField(models.CharField(max_length=320))),
    )
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    reply_text = models.TextField(blank=True)  # without quotes and signature
    html = models.TextField(blank=True)  # sanitised
    external_id = models.CharField(max_length=320, blank=True)  # the provider's id; unique in the account
    message_id = models.CharField(max_length=320, blank=True)  # RFC 5322, without the angle brackets
    in_reply_to = models.CharField(max_length=320, blank=True)
    references = ArrayField(models.CharField(max_length=320), default=list)
    thread_index = models.CharField(max_length=600, blank=True)  # Outlook's, base64
    # {"verdict": "verified" or "unverified", "server", "spf", "dkim", "dmarc"}; {} if nobody whom we trust has checked.
    authentication = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    client_id = models.CharField(max_length=64, null=True, unique=True)  # an agent's send, repeated, is one message
    sent_at = models.DateTimeField(null=True)  # as the sender's clock said
    created_at = models.DateTimeField(db_default=Now())

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=("conversation", "id"), name="message_thread"),
            models.Index(fields=("message_id",), name="message_by_rfc_id", condition=~Q(message_id="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("channel", "external_id"), condition=~Q(external_id=""), name="message_once"
            ),
            models.CheckConstraint(
                condition=Q(direction="note", channel=None) | ~Q(direction="note"), name="message_note_has_no_channel"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.pk}"

    @property
    def is_note(self) -> bool:
        return self.direction == self.Direction.NOTE

    @property
    def is_inbound(self) -> bool:
        return self.direction == self.Direction.INBOUND

    @property
    def thread_id(self) -> int | None:
        """The conversation that an answer to it belongs to."""
        return self.conversation_id or self.about_id

    @property
    def sender_is(self) -> str:
        """ "verified", "unverified", or "" if nobody whom we trust has checked."""
        return str(self.authentication.get("verdict", "")) if self.is_inbound else ""

    @property
    def visible_text(self) -> str:
        """What a reader wants to see: the new part, else everything."""
        return self.reply_text or self.text


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """Never the sender's own name: a random one, spread over folders."""
    name = uuid.uuid4().hex
    return f"attachments/{name[:2]}/{name}"


class Attachment(models.Model):
    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to=attachment_path, max_length=200)
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_id = models.CharField(max_length=255, blank=True)
    inline = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.filename


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: Any) -> Self:
        rule = _visible_to(user, "message__conversation")
        return self.none() if rule is None else self.filter(rule)


class Delivery(Leased):
    """The intent to send one message, written with the decision to send it; `key` makes it happen once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        UNKNOWN = "unknown", _("unknown")
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("delivered")
        READ = "read", _("read")
        SUPPRESSED = "suppressed", _("not sent")
        FAILED = "failed", _("failed")
        BOUNCED = "bounced", _("bounced")

    class Purpose(models.TextChoices):
        TRANSACTIONAL = "transactional", _("transactional")
        MARKETING = "marketing", _("marketing")

    # It did not arrive, or may not have: a person may have it sent again, once nothing forbids it.
    MAY_RETRY = (State.FAILED, State.BOUNCED, State.UNKNOWN, State.SUPPRESSED)
    # A status never moves to a lower rank, so reports may come in any order. Terminal ones rank highest.
    RANK = {"queued": 0, "unknown": 1, "sent": 2, "delivered": 3, "read": 4, "suppressed": 8, "failed": 8, "bounced": 9}

    message = models.OneToOneField(Message, models.CASCADE, related_name="delivery", verbose_name=_("message"))
    channel = models.ForeignKey(Channel, models.PROTECT, verbose_name=_("channel"))
    address = models.CharField(_("address"), max_length=320)
    key = models.CharField(_("key"), max_length=200, unique=True)
    attempts_before = models.PositiveSmallIntegerField(default=0, db_default=0)  # of the rounds before this one
    purpose = models.CharField(_("purpose"), max_length=14, choices=Purpose.choices, default=Purpose.TRANSACTIONAL)
    # The purpose of crm.Consent whose refusal holds it back until the moment of sending; marketing has its own.
    consent = models.CharField(max_length=40, blank=True, default="", db_default="")
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.QUEUED)
    error = models.CharField(_("error"), max_length=1000, blank=True)
    provider_id = models.CharField(_("id at the provider"), max_length=320, blank=True)
    extra = models.JSONField(default=dict, blank=True)  # what the channel needs besides: reply_to, unsubscribe link …
    # What it was written because of; what becomes of it belongs to the same chain.
    cause = models.ForeignKey(
        Event,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("cause"),
    )
    created_at = models.DateTimeField(_("created"), db_default=Now())
    settled_at = models.DateTimeField(_("settled"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=("due_at", "id"), name="delivery_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=("state", "id"), name="delivery_open", condition=Q(state__in=["queued", "unknown", "failed"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.get_state_display()}"

    @property
    def refusable_as(self) -> str:
        """The purpose of the consent that it goes by; "" if it is sent whatever was refused."""
        return "marketing" if self.purpose == self.Purpose.MARKETING else self.consent

    @property
    def tries(self) -> int:
        """Attempts of this round: since it was written, or since somebody asked to send it again."""
        return self.attempts - self.attempts_before

    @property
    def is_last_attempt(self) -> bool:
        return self.tries >= self.max_attempts

    @property
    def this_round(self) -> "models.QuerySet[Attempt]":
        return self.attempt_log.filter(number__gt=self.attempts_before)

    def may_become(self, state: str) -> bool:
        return self.RANK[state] > self.RANK[self.state]


class Attempt(models.Model):
    """One call of a provider. Without `finished_at`, the process died in between: the delivery is unknown."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempt_log")
    number = models.PositiveSmallIntegerField(_("number"))
    started_at = models.DateTimeField(_("begun"), db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True)
    outcome = models.CharField(_("outcome"), max_length=12, blank=True)
    error = models.CharField(_("error"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=("delivery", "number"), name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.delivery_id}.{self.number}"

    def outcome_label(self) -> str:
        """In the reader's language; "" as long as nobody knows how it ended."""
        return str(Delivery.State(self.outcome).label) if self.outcome else ""


class Suppression(models.Model):
    """An address that must not be written to: it bounced for good, complained, or said stop."""

    class Reason(models.TextChoices):
        BOUNCE = "bounce", _("bounced")
        COMPLAINT = "complaint", _("complained")
        UNSUBSCRIBE = "unsubscribe", _("unsubscribed")

    kind = models.CharField(_("kind"), max_length=24, default="email")
    address = models.CharField(_("address"), max_length=320)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [models.UniqueConstraint(fields=("kind", "address", "reason"), name="suppression_once")]

    def __str__(self) -> str:
        return self.address

"""What a person allowed us to send, by channel and purpose. Append-only; the newest row counts, the others prove."""

from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models.api_key import ApiKey
from crm.models.contact import Contact
from crm.models.families import person_ids
from crm.models.words import called


class ConsentQuerySet(models.QuerySet["Consent"]):
    def refused(self, contact_id: int, *, channel: str, purpose: str) -> bool:
        """The person's last word on this channel and purpose was no, to whichever of their merged records.

        Silence is not a refusal: service mail needs no consent.
        """
        last = self.of(contact_id).filter(channel=channel, purpose=purpose).last_words().first()
        return last is not None and last.state == Consent.State.WITHDRAWN

    def of(self, contact_id: int) -> Self:
        """All that the person behind this contact said: the survivor and everybody merged into it."""
        return self.filter(contact__in=person_ids(contact_id))

    def last_words(self) -> Self:
        """What counts now: the newest row of each channel and purpose. Read over all that one person is."""
        return self.order_by("channel", "purpose", "-at", "-pk").distinct("channel", "purpose")

    def latest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class Consent(models.Model):
    class State(models.TextChoices):
        GRANTED = "granted", _("granted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents", db_index=False)
    channel = models.CharField(max_length=24)
    purpose = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices)
    source = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=Now())

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index("contact", "channel", "purpose", models.F("at").desc(), name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.channel}/{self.purpose}: {self.state}"

    @property
    def about(self) -> str:
        """In the reader's language."""
        return f"{called(self.channel)} · {called(self.purpose)}"

    @property
    def came_from(self) -> str:
        return called(ApiKey.objects.called(self.source))

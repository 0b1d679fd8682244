"""Mails to the people who work here: forgotten passwords, changes of how somebody signs in."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.lease import Leased


class AccountMail(Leased):
    """Written with the request that causes it, sent by the worker. The text holds a key to an account for as long as
    its link works, so it is forgotten once the mail has left."""

    address = models.EmailField(_("to"))
    sender = models.CharField(_("from"), max_length=320)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"), blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written"), db_default=Now())
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail to a colleague")
        verbose_name_plural = _("mails to colleagues")
        indexes = [
            models.Index(fields=("due_at", "id"), name="account_mail_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=("created_at",), name="account_mail_age"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.address}"

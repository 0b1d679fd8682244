"""What the tracking API did not take in: so that whoever sent it can be told why."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models.api_key import ApiKey


class RefusedEvents(models.Model):
    """Requests of one key refused for one reason within one hour: a sender that is wrong a million times is one row."""

    key = models.ForeignKey(ApiKey, models.CASCADE, null=True, verbose_name=_("key"))
    status = models.PositiveSmallIntegerField(_("answer"))
    reason = models.CharField(_("reason"), max_length=300)
    hour = models.DateTimeField(_("hour"))
    times = models.PositiveIntegerField(_("times"), default=1)
    excerpt = models.CharField(_("excerpt"), max_length=500, blank=True)
    last_at = models.DateTimeField(_("last time"), db_default=Now())

    class Meta:
        verbose_name = _("refused events")
        verbose_name_plural = _("refused events")
        constraints = [
            models.UniqueConstraint(
                fields=("key", "status", "reason", "hour"), name="refused_once", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=("key", "last_at"), name="refused_newest")]

    def __str__(self) -> str:
        return f"{self.status} {self.reason}"

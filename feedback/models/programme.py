"""What holds for all surveys of the house together."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Programme(models.Model):
    """One row at most; without it the defaults hold."""

    quiet_days = models.PositiveSmallIntegerField(
        _("days between surveys"),
        default=30,
        help_text=_("Nobody is asked by any survey more often than this. 0: each survey's own rule is enough."),
    )

    class Meta:
        verbose_name = _("survey programme")
        verbose_name_plural = _("survey programme")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="programme_is_one")]

    def __str__(self) -> str:
        return str(_("Survey programme"))

    @classmethod
    def current(cls) -> "Programme":
        return Programme.objects.filter(pk=1).first() or Programme(pk=1)

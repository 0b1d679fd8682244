"""Who was said to be behind an address, a number or a device: the evidence that several people share it."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models.identity import Identity


class Sighting(models.Model):
    """`said`: "name:ana ruiz" or "number:shop:7". None is added once the identity is known to be shared."""

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="sightings")
    said = models.CharField(max_length=300)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("sighting")
        verbose_name_plural = _("sightings")
        constraints = [models.UniqueConstraint(fields=("identity", "said"), name="sighting_once")]

    def __str__(self) -> str:
        return self.said.partition(":")[2]

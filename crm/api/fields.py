"""What the resources of crm share: references to contacts."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from crm.models import Contact
from kernel.resources import ROW

CONTACT = OpenApiParameter(
    "contact", ROW, description="Only those of this person: this contact and all merged with it."
)


class VisibleContact(serializers.PrimaryKeyRelatedField[Contact]):
    """A contact that the caller may see; any other does not exist for them."""

    queryset: Any = Contact.objects.none()

    def get_queryset(self) -> QuerySet[Contact]:
        return Contact.objects.visible_to(self.context["request"].user)

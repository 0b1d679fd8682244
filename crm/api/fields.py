"""What the resources of crm share: references to contacts."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from crm.models import Contact
from crm.models.families import person_ids
from kernel.resources import ROW, Resource, number

Row = TypeVar("Row", bound=Model)

CONTACT = OpenApiParameter(
    "contact", ROW, description="Only those of this person: this contact and all merged with it."
)


def of_person(view: Resource, rows: QuerySet[Row]) -> QuerySet[Row]:
    """In a list with CONTACT, its person's; everything else as it was."""
    contact = number(view.request, "contact") if view.action == "list" else None
    return rows.filter(contact__in=person_ids(contact)) if contact is not None else rows


class VisibleContact(serializers.PrimaryKeyRelatedField[Contact]):
    """A contact that the caller may see; any other does not exist for them."""

    queryset: Any = Contact.objects.none()

    def get_queryset(self) -> QuerySet[Contact]:
        return Contact.objects.visible_to(self.context["request"].user)

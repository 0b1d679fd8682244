"""What the resources of crm share: references to contacts, filters by number."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from crm.models import Contact

CONTACT = OpenApiParameter("contact", int, description="Only those of this contact.")


class VisibleContact(serializers.PrimaryKeyRelatedField[Contact]):
    """A contact that the caller may see; any other does not exist for them."""

    queryset: Any = Contact.objects.none()

    def get_queryset(self) -> QuerySet[Contact]:
        return Contact.objects.visible_to(self.context["request"].user)


def number(request: Request, name: str) -> int | None:
    """A filter's value. Raises ValidationError for what is not a number of a row."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise serializers.ValidationError({name: ["This must be the number of a row."]})
    return int(text)

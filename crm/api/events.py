"""The ledger, read only. Events from outside come in through /v1/."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.fields import CONTACT, of_person
from crm.models import Contact, Event
from kernel.resources import Resource


class EventSerializer(serializers.ModelSerializer[Event]):
    cause = serializers.IntegerField(source="cause_id", allow_null=True)
    properties = serializers.DictField()

    class Meta:
        model = Event
        fields = [
            "id", "contact", "anonymous_id", "name", "occurred_at", "recorded_at", "source", "message_id",
            "channel", "properties", "cause",
        ]  # fmt: skip


class Events(ListModelMixin, RetrieveModelMixin, Resource):
    queryset = Event.objects.none()
    serializer_class = EventSerializer

    def get_queryset(self) -> QuerySet[Event]:
        user: Any = self.request.user
        rows: QuerySet[Event] = of_person(self, Event.objects.all())
        if not user.sees_everything:
            rows = rows.filter(contact__in=Contact.objects.visible_to(user))
        name = self.request.query_params.get("name", "") if self.action == "list" else ""
        return rows.filter(name=name) if name else rows

    @extend_schema(parameters=[CONTACT, OpenApiParameter("name", str, description="For example conversation.resolved")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

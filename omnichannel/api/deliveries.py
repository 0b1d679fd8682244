"""What is on its way out, and how it ended."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.policies import agents_only
from kernel.resources import Resource, choice
from omnichannel.models import Delivery


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = (
            "id", "message", "channel", "address", "key", "purpose", "state", "attempts", "error", "provider_id",
            "created_at", "settled_at",
        )  # fmt: skip


class Deliveries(ListModelMixin, RetrieveModelMixin, Resource):
    policy = agents_only
    queryset = Delivery.objects.none()
    serializer_class = DeliverySerializer

    def get_queryset(self) -> QuerySet[Delivery]:
        rows = Delivery.objects.visible_to(self.request.user)
        state = choice(self.request, "state", Delivery.State.values) if self.action == "list" else ""
        return rows.filter(state=state) if state else rows

    @extend_schema(parameters=[OpenApiParameter("state", str, enum=Delivery.State.values)])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

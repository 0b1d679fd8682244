"""Whatever arrived, read or not: the quarantine is here, and so is the way out of it."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.policies import agents_only
from kernel.resources import Resource, choice
from omnichannel.actions import inbound
from omnichannel.models import Inbox, RawInbound


class InboundSerializer(serializers.ModelSerializer[RawInbound]):
    class Meta:
        model = RawInbound
        fields = ("id", "channel", "received_at", "state", "error", "attempts")


class Inbound(ListModelMixin, RetrieveModelMixin, Resource):
    policy = agents_only
    queryset = RawInbound.objects.none()
    serializer_class = InboundSerializer

    def get_queryset(self) -> QuerySet[RawInbound]:
        inboxes = Inbox.objects.visible_to(self.request.user)
        rows = RawInbound.objects.filter(channel__inbox__in=inboxes).defer("body")
        state = choice(self.request, "state", RawInbound.State.values) if self.action == "list" else ""
        return rows.filter(state=state) if state else rows

    @extend_schema(parameters=[OpenApiParameter("state", str, enum=RawInbound.State.values)])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=None, responses={202: InboundSerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str = "") -> Response:
        return Response(self.get_serializer(inbound.replay(self.get_object())).data, status=202)

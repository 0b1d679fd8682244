"""Channel accounts and team queues. Secrets go in and never come out."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api import Problem
from kernel.policies import admins_only, agents_only
from kernel.resources import Resource
from omnichannel.actions import channels
from omnichannel.channels.base import channels as kinds
from omnichannel.models import Channel, Inbox

SALES_MAIL = {"kind": "email", "name": "Sales mail", "address": "sales@hilo.example", "inbox": 1, "settings": {}}


class InboxSerializer(serializers.ModelSerializer[Inbox]):
    class Meta:
        model = Inbox
        fields = ("id", "name", "team")


class Inboxes(ListModelMixin, RetrieveModelMixin, Resource):
    policy = agents_only
    queryset = Inbox.objects.none()
    serializer_class = InboxSerializer

    def get_queryset(self) -> Any:
        return Inbox.objects.visible_to(self.request.user)


@extend_schema_serializer(examples=[OpenApiExample("An e-mail account", value=SALES_MAIL, request_only=True)])
class ChannelSerializer(serializers.ModelSerializer[Channel]):
    kind = serializers.CharField(max_length=24, help_text="email, or another kind that is installed.")
    settings = serializers.DictField(required=False)
    secrets = serializers.DictField(child=serializers.CharField(), required=False, write_only=True)

    class Meta:
        model = Channel
        fields = (
            "id", "kind", "name", "address", "inbox", "settings", "secrets", "active",
            "health", "health_detail", "health_at", "created_at",
        )  # fmt: skip
        read_only_fields = ("active", "health", "health_detail", "health_at", "created_at")

    def validate_kind(self, kind: str) -> str:
        try:
            kinds.get(kind)
        except LookupError as error:
            raise serializers.ValidationError(str(error)) from None
        return kind


class Channels(ListModelMixin, RetrieveModelMixin, Resource):
    policy = agents_only
    policies = {"create": admins_only}
    queryset = Channel.objects.none()
    serializer_class = ChannelSerializer

    def get_queryset(self) -> Any:
        return Channel.objects.filter(inbox__in=Inbox.objects.visible_to(self.request.user))

    @extend_schema(request=ChannelSerializer, responses={201: ChannelSerializer})
    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            channel = channels.connect(by=self.by, **given.validated_data)
        except channels.NotReady as error:
            raise Problem(400, str(error), settings=error.complaints) from None
        return Response(self.get_serializer(channel).data, status=201)

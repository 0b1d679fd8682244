"""Messages: what was said, with how far it got."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import RetrieveModelMixin

from kernel.policies import agents_only
from kernel.resources import Resource
from omnichannel.models import Attachment, Delivery, Message


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    class Meta:
        model = Attachment
        fields = ("id", "filename", "content_type", "size", "sha256", "inline")


class DeliveryStateSerializer(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = ("id", "state", "attempts", "error")


class MessageSerializer(serializers.ModelSerializer[Message]):
    author = serializers.PrimaryKeyRelatedField[Any](read_only=True, allow_null=True)
    attachments = AttachmentSerializer(many=True, read_only=True)
    delivery = serializers.SerializerMethodField()
    sender = serializers.CharField(read_only=True)

    class Meta:
        model = Message
        fields = [
            "id", "conversation", "contact", "direction", "channel", "author", "sender", "sender_name", "to", "cc",
            "reply_to", "subject", "text", "reply_text", "html", "attachments", "delivery", "message_id", "in_reply_to",
            "automatic", "authentication", "client_id", "sent_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python's own."""
        fields = super().get_fields()
        fields["from"] = fields.pop("sender")
        fields["from"].source = "sender"
        return fields

    @extend_schema_field(DeliveryStateSerializer(allow_null=True))
    def get_delivery(self, message: Message) -> Any:
        delivery = getattr(message, "delivery", None)
        return DeliveryStateSerializer(delivery).data if delivery else None


class Messages(RetrieveModelMixin, Resource):
    policy = agents_only
    queryset = Message.objects.none()
    serializer_class = MessageSerializer

    def get_queryset(self) -> QuerySet[Message]:
        return thread(Message.objects.visible_to(self.request.user))


def thread(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.select_related("delivery").prefetch_related("attachments")

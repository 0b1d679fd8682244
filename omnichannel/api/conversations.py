"""Conversations: the list, the thread, answering, assigning, resolving."""

import re
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from crm.models import User
from crm.models.families import person_ids
from kernel.api import CursorPages, PlainJSON, Problem
from kernel.policies import agents_only
from kernel.resources import ROW, Resource, choice, number
from omnichannel.actions import conversations
from omnichannel.actions.outgoing import Unreachable
from omnichannel.api.messages import MessageSerializer, thread
from omnichannel.channels.base import AttachedFile, channels
from omnichannel.forms.files import read
from omnichannel.models import Channel, Conversation, Inbox, Message, Resolution
from omnichannel.thread import colleagues


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    priority = serializers.SerializerMethodField()
    labels = serializers.SerializerMethodField()

    class Meta:
        model = Conversation
        fields = (
            "id", "subject", "status", "priority", "contact", "inbox", "assignee", "team", "labels", "preview",
            "waiting_since", "last_message_at", "created_at",
        )  # fmt: skip

    def get_priority(self, conversation: Conversation) -> str:
        return Conversation.Priority(conversation.priority).name.lower()

    def get_labels(self, conversation: Conversation) -> list[str]:
        """The tags of the person: a conversation is with a person, and their tags go with it."""
        return [tag.name for tag in conversation.contact.tags.all()]


@extend_schema_field({"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]})
class AccountField(serializers.Field[Any, Any, Any, Any]):
    """Which account: its id, or a kind such as "email". As a filter of Channel."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, str) and data in channels:
            return {"kind": data}
        if isinstance(data, int | str) and re.fullmatch("[1-9][0-9]{0,17}", str(data), re.ASCII):
            return {"pk": int(data)}
        raise serializers.ValidationError(f"This must be an account's id or one of: {', '.join(dict(channels))}.")


@extend_schema_serializer(
    examples=[
        OpenApiExample("A reply", value={"body": "It leaves on Friday."}, request_only=True),
        OpenApiExample("A private note", value={"body": "Ask the warehouse.", "private": True}, request_only=True),
    ]
)
class NewMessageSerializer(serializers.Serializer[Any]):
    body = serializers.CharField(max_length=100_000)
    channel = AccountField(required=False, allow_null=True, help_text="An account's id, or a kind. Default: the last.")
    private = serializers.BooleanField(default=False, help_text="A note for colleagues; the customer never sees it.")
    client_id = serializers.CharField(
        max_length=64, required=False, help_text="The same client_id again is the same message."
    )


class NewMessageWithFilesSerializer(NewMessageSerializer):
    """As a form with files: words, files or both."""

    body = serializers.CharField(max_length=100_000, required=False, allow_blank=True, default="")
    attachments = serializers.ListField(
        child=serializers.FileField(), default=list, help_text="Up to 10 files, 20 MB in all; more is refused."
    )

    def validate_attachments(self, given: list[Any]) -> list[AttachedFile]:
        return read(given)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["body"] and not attrs["attachments"]:
            raise serializers.ValidationError({"body": ["Write something, or attach a file."]})
        return attrs


WRITING = {"application/json": NewMessageSerializer, "multipart/form-data": NewMessageWithFilesSerializer}


@extend_schema_serializer(examples=[OpenApiExample("With a reason", value={"reason": "Sent again"}, request_only=True)])
class ResolutionSerializer(serializers.ModelSerializer[Resolution]):
    class Meta:
        model = Resolution
        fields = ("conversation", "by", "at", "reason")
        read_only_fields = ("conversation", "by", "at")


@extend_schema_serializer(examples=[OpenApiExample("To colleague 1", value={"to": 1}, request_only=True)])
class AssignmentSerializer(serializers.Serializer[Any]):
    to = serializers.PrimaryKeyRelatedField[User](
        queryset=colleagues(), allow_null=True, help_text="null: back to the queue."
    )


def _words(said: dict[str, Any]) -> dict[str, Any]:
    return {"body": said["body"], "client_id": said.get("client_id"), "attachments": said.get("attachments", ())}


class ThreadPages(CursorPages):
    """A thread reads downwards."""

    ordering = "id"


FILTERS = [
    OpenApiParameter("status", str, enum=Conversation.Status.values),
    OpenApiParameter("assignee", ROW, description="Only those assigned to this colleague."),
    OpenApiParameter("contact", ROW, description="Only those with this person: this contact and all merged with it."),
    OpenApiParameter("inbox", ROW, description="Only those of this inbox."),
]


class Conversations(ListModelMixin, RetrieveModelMixin, Resource):
    policy = agents_only
    queryset = Conversation.objects.none()
    serializer_class = ConversationSerializer

    def get_queryset(self) -> QuerySet[Conversation]:
        rows = Conversation.objects.visible_to(self.request.user).select_related("contact")
        rows = rows.prefetch_related("contact__tags")
        return self._filtered(rows) if self.action == "list" else rows

    def _filtered(self, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
        numbers = {name: number(self.request, name) for name in ("assignee", "inbox")}
        rows = rows.filter(**{name: pk for name, pk in numbers.items() if pk is not None})
        contact = number(self.request, "contact")
        rows = rows.filter(contact__in=person_ids(contact)) if contact is not None else rows
        status = choice(self.request, "status", Conversation.Status.values)
        return rows.filter(status=status) if status else rows

    @extend_schema(parameters=FILTERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=MessageSerializer(many=True))
    @action(
        detail=True,
        pagination_class=ThreadPages,
        serializer_class=MessageSerializer,
        parser_classes=[PlainJSON, MultiPartParser],
    )
    def messages(self, request: Request, pk: str = "") -> Response:
        page = self.paginate_queryset(thread(Message.objects.filter(conversation=self.get_object())))
        return self.get_paginated_response(MessageSerializer(page or [], many=True).data)

    @extend_schema(request=WRITING, responses={201: MessageSerializer})
    @messages.mapping.post
    def write(self, request: Request, pk: str = "") -> Response:
        conversation = self.get_object()
        as_form = (request.content_type or "").startswith("multipart/")
        given = (NewMessageWithFilesSerializer if as_form else NewMessageSerializer)(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        try:
            message = self._note(conversation, said) if said["private"] else self._reply(conversation, said)
        except (Unreachable, conversations.ClientIdTaken) as error:
            raise Problem(409, str(error)) from None
        return Response(MessageSerializer(message).data, status=201)

    def _note(self, conversation: Conversation, said: dict[str, Any]) -> Message:
        by: Any = self.request.user
        return conversations.add_note(conversation, by=by, **_words(said))

    def _reply(self, conversation: Conversation, said: dict[str, Any]) -> Message:
        by: Any = self.request.user
        account = self._account(conversation, said["channel"]) if said.get("channel") else None
        return conversations.reply(conversation, by=by, channel=account, **_words(said))

    def _account(self, conversation: Conversation, wanted: dict[str, Any]) -> Channel:
        """Of several the conversation's own inbox's. Raises Http404."""
        inboxes = Inbox.objects.visible_to(self.request.user)
        found = Channel.objects.filter(inbox__in=inboxes, active=True, **wanted).order_by("pk")
        own = found.filter(inbox=conversation.inbox_id).first() or found.first()
        if own is None:
            raise Http404
        return own

    @extend_schema(request=ResolutionSerializer, responses={201: ResolutionSerializer})
    @action(detail=True, methods=["post"])
    def resolution(self, request: Request, pk: str = "") -> Response:
        given = ResolutionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        resolution = conversations.resolve(self.get_object(), by=self.by, reason=given.validated_data.get("reason", ""))
        return Response(ResolutionSerializer(resolution).data, status=201)

    @extend_schema(responses={204: None})
    @resolution.mapping.delete
    def reopen(self, request: Request, pk: str = "") -> Response:
        conversations.reopen(self.get_object(), by=self.by)
        return Response(status=204)

    @extend_schema(request=AssignmentSerializer, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def assignment(self, request: Request, pk: str = "") -> Response:
        given = AssignmentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        conversations.assign(self.get_object(), to=given.validated_data["to"], by=self.by)
        return Response(self.get_serializer(get_object_or_404(self._all(), pk=pk)).data)

    def _all(self) -> QuerySet[Conversation]:
        """Whoever hands a conversation to another team still gets the answer to that request."""
        return Conversation.objects.select_related("contact").prefetch_related("contact__tags")

"""Notes and tasks."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crm.actions import notes, tasks
from crm.api.fields import CONTACT, VisibleContact, of_person
from crm.models import Contact, Note, Task, User
from kernel.resources import Exact, Resource, choice

TASK_STATES = ["open", "done"]


@extend_schema_serializer(
    examples=[OpenApiExample("A note", value={"contact": 1, "body": "Prefers to be called."}, request_only=True)]
)
class NoteSerializer(Exact, serializers.ModelSerializer[Note]):
    contact = VisibleContact()

    class Meta:
        model = Note
        fields = ("id", "contact", "author", "body", "created_at")
        read_only_fields = ("author", "created_at")


class Notes(ListModelMixin, RetrieveModelMixin, Resource):
    queryset = Note.objects.none()
    serializer_class = NoteSerializer

    def get_queryset(self) -> QuerySet[Note]:
        return of_person(self, Note.objects.filter(contact__in=Contact.objects.visible_to(self.request.user)))

    @extend_schema(parameters=[CONTACT])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        note = notes.write(given.validated_data["contact"], by=self.by, body=given.validated_data["body"])
        return Response(self.get_serializer(note).data, status=201)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A task",
            value={"contact": 1, "title": "Call back about the order", "due_on": "2027-01-15"},
            request_only=True,
        )
    ]
)
class TaskSerializer(Exact, serializers.ModelSerializer[Task]):
    contact = VisibleContact(allow_null=True, required=False)
    owner = serializers.PrimaryKeyRelatedField[User](
        queryset=User.objects.filter(is_active=True), allow_null=True, required=False
    )

    class Meta:
        model = Task
        fields = ("id", "contact", "owner", "title", "due_on", "done_at", "done_by", "created_at")
        read_only_fields = ("done_at", "done_by", "created_at")


class Tasks(ListModelMixin, RetrieveModelMixin, Resource):
    queryset = Task.objects.none()
    serializer_class = TaskSerializer

    def get_queryset(self) -> QuerySet[Task]:
        rows = of_person(self, Task.objects.visible_to(self.request.user))
        state = choice(self.request, "state", TASK_STATES) if self.action == "list" else ""
        return rows.filter(done_at__isnull=state == "open") if state else rows

    @extend_schema(parameters=[CONTACT, OpenApiParameter("state", str, enum=TASK_STATES)])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def create(self, request: Request) -> Response:
        """Without an owner the task is the caller's own."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        task = tasks.plan(
            contact=said.get("contact"),
            owner=said.get("owner", self.by),
            title=said["title"],
            due_on=said.get("due_on"),
            by=self.by,
        )
        return Response(self.get_serializer(task).data, status=201)

    @extend_schema(request=None, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def completion(self, request: Request, pk: str = "") -> Response:
        return Response(self.get_serializer(tasks.complete(self.get_object(), by=self.by)).data)

    @extend_schema(responses={200: TaskSerializer})
    @completion.mapping.delete
    def reopen(self, request: Request, pk: str = "") -> Response:
        return Response(self.get_serializer(tasks.reopen(self.get_object(), by=self.by)).data)

"""Contacts, the timeline of a contact, and merging."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crm.actions import contacts, merges
from crm.api.timeline import TimelineSerializer, timeline_page
from crm.models import Claim, Company, Contact, Feeling, Identity, Tag, User
from crm.models.families import acquaint
from crm.models.locales import is_language, is_timezone
from kernel.api import Problem
from kernel.policies import managers_only
from kernel.resources import Exact, Resource, choice, contributed

MARIA = {
    "first_name": "María",
    "last_name": "Ruiz",
    "emails": ["maria.ruiz@example.com"],
    "phones": ["+34 600 123 456"],
    "language": "es",
    "timezone": "Europe/Madrid",
    "traits": {"plan": "gold"},
    "tags": ["VIP"],
}


class TagNames(serializers.ListField):
    def get_attribute(self, instance: Contact) -> list[str]:
        return [tag.name for tag in instance.known_tags]


class ContactSerializer(Exact, serializers.ModelSerializer[Contact]):
    emails = serializers.ListField(child=serializers.CharField(max_length=320), max_length=20, required=False)
    phones = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20, required=False)
    tags = TagNames(
        child=serializers.CharField(max_length=Tag.LENGTH),
        max_length=50,
        required=False,
        help_text="In a change: from now on exactly these.",
    )
    company = serializers.PrimaryKeyRelatedField[Company](
        queryset=Company.objects.all(), allow_null=True, required=False
    )
    owner = serializers.PrimaryKeyRelatedField[User](
        queryset=User.objects.filter(is_active=True), allow_null=True, required=False
    )
    feeling = serializers.ChoiceField(Feeling.choices, allow_blank=True, read_only=True)
    traits = serializers.DictField(required=False)
    custom = serializers.DictField(required=False)
    scores = serializers.SerializerMethodField()

    class Meta:
        model = Contact
        fields = [
            "id", "first_name", "last_name", "emails", "phones", "company", "owner", "language", "timezone",
            "feeling", "traits", "custom", "tags", "scores", "created_at", "last_activity_at",
        ]  # fmt: skip
        read_only_fields = ("created_at", "last_activity_at")

    def validate_language(self, language: str) -> str:
        if language and not is_language(language):
            raise serializers.ValidationError("This must be a language tag such as es or pt-BR.")
        return language

    def validate_timezone(self, timezone: str) -> str:
        if timezone and not is_timezone(timezone):
            raise serializers.ValidationError("This must be the name of a time zone such as Europe/Madrid.")
        return timezone

    def get_scores(self, contact: Contact) -> dict[str, float]:
        """The newest score of each kind of survey."""
        scores: dict[int, dict[str, float]] = self.context.get("scores", {})
        return scores.get(contact.pk, {})


@extend_schema_serializer(examples=[OpenApiExample("A customer", value=MARIA, request_only=True)])
class NewContactSerializer(ContactSerializer):
    """Addresses and numbers are said when a contact is made; more are added with POST …/identities/."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.get(name) for name in ("first_name", "last_name", "emails", "phones")):
            raise serializers.ValidationError("Give a name, an address or a number.")
        return attrs


class ChangedContactSerializer(ContactSerializer):
    """Fields that can only be read are left alone, so that a contact may be sent back as it was read."""

    emails = serializers.ListField(child=serializers.CharField(), read_only=True)
    phones = serializers.ListField(child=serializers.CharField(), read_only=True)


@extend_schema_serializer(
    examples=[OpenApiExample("Another address", value={"kind": "email", "value": "m@example.com"}, request_only=True)]
)
class IdentitySerializer(serializers.ModelSerializer[Identity]):
    kind = serializers.ChoiceField(choices=["email", "phone", "external_id"])

    class Meta:
        model = Identity
        fields = ("id", "kind", "scope", "value", "verified", "first_seen_at")
        read_only_fields = ("id", "verified", "first_seen_at")
        validators: ClassVar[list[Any]] = []  # add_identity decides: one's own is no error, another's says whose


@extend_schema_serializer(examples=[OpenApiExample("Into contact 1", value={"into": 1}, request_only=True)])
class MergeSerializer(serializers.Serializer[Any]):
    into = serializers.IntegerField(min_value=1)


SEARCH = OpenApiParameter("search", str, description="Part of a name, address, number or company.")


class Contacts(ListModelMixin, RetrieveModelMixin, Resource):
    policies = {"merge": managers_only, "unmerge": managers_only}
    queryset = Contact.objects.none()
    serializer_class = ContactSerializer

    def get_queryset(self) -> QuerySet[Contact]:
        rows = Contact.objects.visible_to(self.request.user).prefetch_related("identities", "tags")
        if self.action != "list":
            return rows
        choice(self.request, "segment", [])  # there are none yet, and everybody would be the wrong answer
        return rows.survivors().matching(self.request.query_params.get("search", ""))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "scores": getattr(self, "scores", {})}

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self._gather(page or [])
        return page

    def get_object(self) -> Any:
        contact = super().get_object()
        self._gather([contact])
        return contact

    def _gather(self, people: Sequence[Contact]) -> None:
        """What stands beside the rows, over all that each person is."""
        acquaint(people)
        self.scores = contributed("contact.scores", [contact.pk for contact in people])

    def _answer(self, contact: Contact, status: int = 200) -> Response:
        self._gather([contact])
        return Response(self.get_serializer(contact).data, status=status)

    @extend_schema(parameters=[SEARCH])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewContactSerializer, responses={201: ContactSerializer})
    def create(self, request: Request) -> Response:
        given = NewContactSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        contact = self._refusing(contacts.create, by=self.by, source="api", **given.validated_data)
        return self._answer(contact, status=201)

    @extend_schema(request=ChangedContactSerializer, responses=ContactSerializer)
    def partial_update(self, request: Request, pk: str = "") -> Response:
        contact = self.get_object()
        given = ChangedContactSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        self._refusing(contacts.update, contact, by=self.by, **given.validated_data)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(parameters=[OpenApiParameter("cursor", str)], responses=TimelineSerializer)
    @action(detail=True, pagination_class=None)
    def timeline(self, request: Request, pk: str = "") -> Response:
        return Response(timeline_page(request, self.get_object()))

    @extend_schema(request=IdentitySerializer, responses={201: IdentitySerializer})
    @action(detail=True, methods=["post"])
    def identities(self, request: Request, pk: str = "") -> Response:
        contact = self.get_object()
        given = IdentitySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        claim = Claim(said["kind"], said["value"], scope=said.get("scope", ""))
        identity = self._refusing(contacts.add_identity, contact, claim, by=self.by, source="api")
        return Response(IdentitySerializer(identity).data, status=201)

    @extend_schema(request=MergeSerializer, responses=ContactSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str = "") -> Response:
        member = self.get_object()
        given = MergeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        survivor = get_object_or_404(self.get_queryset(), pk=given.validated_data["into"])
        self._refusing(merges.merge, member, into=survivor, rule="by hand", evidence={}, by=self.by)
        return self._answer(get_object_or_404(self.get_queryset(), pk=survivor.survivor_id))

    @extend_schema(responses={204: None})
    @merge.mapping.delete
    def unmerge(self, request: Request, pk: str = "") -> Response:
        alias = getattr(self.get_object(), "alias", None)
        if alias is None:
            raise Problem(409, "This contact is not merged into another one.")
        merges.undo(alias, by=self.by)
        return Response(status=204)

    def _refusing(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        """A verb's refusal as a problem document."""
        try:
            return verb(*args, **kwargs)
        except contacts.IdentityTaken as error:
            whose = error.contact.survivor_id
            visible = Contact.objects.visible_to(self.request.user).filter(pk=whose).exists()
            fields = {"contact": whose} if visible else {}
            raise Problem(409, f"This {error.claim.kind} belongs to another contact.", **fields) from None
        except merges.MergeCircle as error:
            raise Problem(409, str(error)) from None
        except ValueError as error:
            raise serializers.ValidationError({"detail": [str(error)]}) from None

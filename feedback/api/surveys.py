"""Surveys, whom they asked, what came back."""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from crm.models import Contact
from feedback.actions import invitations, surveys
from feedback.models import Invitation, Response, Survey
from kernel.api import Problem
from kernel.policies import managers_only
from kernel.resources import Resource

NPS = {
    "name": "After delivery",
    "kind": "nps",
    "brand_name": "Casa Lumbre",
    "base_language": "en",
    "texts": {"en": {"subject": "One question", "intro": "Ten seconds.", "thanks": "Thank you."}},
    "question": {"en": {"text": "Would you recommend us?", "low": "Not at all", "high": "By all means"}},
    "comment": {"en": {"text": "Why?"}},
    "publish": True,
}


class Texts(serializers.DictField):
    """{language: {name: text}}."""

    child = serializers.DictField(child=serializers.CharField(max_length=2000, allow_blank=True))


class SurveySerializer(serializers.ModelSerializer[Survey]):
    kind = serializers.CharField()

    class Meta:
        model = Survey
        fields = (
            "id",
            "name",
            "kind",
            "status",
            "trigger",
            "brand_name",
            "base_language",
            "live_version",
            "created_at",
        )


@extend_schema_serializer(examples=[OpenApiExample("An NPS", value=NPS, request_only=True)])
class NewSurveySerializer(serializers.ModelSerializer[Survey]):
    kind = serializers.CharField(max_length=24, help_text="nps, or another kind that is installed.")
    texts = Texts(help_text="By language: subject, intro, thanks.")
    question = Texts(help_text="By language: text, and low and high for the ends of the scale.")
    comment = Texts(help_text="By language: text.")
    publish = serializers.BooleanField(default=False, help_text="Ask with it from now on.")

    class Meta:
        model = Survey
        fields = (
            "name", "kind", "brand_name", "base_language", "trigger", "quiet_days", "valid_days",
            "texts", "question", "comment", "publish",
        )  # fmt: skip


@extend_schema_serializer(
    examples=[OpenApiExample("By mail", value={"contact": 1, "channel": "email"}, request_only=True)]
)
class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    contact = serializers.IntegerField(source="contact_id", min_value=1, allow_null=True)
    channel = serializers.ChoiceField(choices=["email"], default="email")

    class Meta:
        model = Invitation
        fields = ("id", "contact", "channel", "suppressed", "asked_at", "opened_at", "answered_at", "expires_at")
        read_only_fields = ("suppressed", "asked_at", "opened_at", "answered_at", "expires_at")


class ResponseSerializer(serializers.ModelSerializer[Response]):
    contact = serializers.IntegerField(source="invitation.contact_id", allow_null=True)

    class Meta:
        model = Response
        fields = ("id", "contact", "state", "score", "band", "comment", "language", "submitted_at")


class Surveys(ListModelMixin, RetrieveModelMixin, Resource):
    policies = {"create": managers_only, "ask": managers_only}
    queryset = Survey.objects.none()
    serializer_class = SurveySerializer

    def get_queryset(self) -> QuerySet[Survey]:
        return Survey.objects.visible_to(self.request.user)

    @extend_schema(request=NewSurveySerializer, responses={201: SurveySerializer})
    @transaction.atomic
    def create(self, request: Request) -> Answer:
        given = NewSurveySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = dict(given.validated_data)
        publish, question = said.pop("publish"), said.pop("question")
        try:
            survey = surveys.create(score=question, by=self.by, **said)
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from None
        return Answer(SurveySerializer(self._published(survey) if publish else survey).data, status=201)

    def _published(self, survey: Survey) -> Survey:
        try:
            surveys.publish_version(surveys.draft(survey, by=self.by), by=self.by)
        except surveys.NotPublishable as error:
            raise Problem(400, str(error)) from None
        survey.refresh_from_db()
        return survey

    @extend_schema(responses=InvitationSerializer(many=True))
    @action(detail=True, serializer_class=InvitationSerializer)
    def invitations(self, request: Request, pk: str = "") -> Answer:
        rows = Invitation.objects.visible_to(request.user).filter(survey=self.get_object())
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(InvitationSerializer(page or [], many=True).data)

    @extend_schema(request=InvitationSerializer, responses={201: InvitationSerializer})
    @invitations.mapping.post
    def ask(self, request: Request, pk: str = "") -> Answer:
        survey = self.get_object()
        given = InvitationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=said["contact_id"])
        invitation = self._invite(survey, contact, said["channel"])
        return Answer(InvitationSerializer(invitation).data, status=201)

    def _invite(self, survey: Survey, contact: Contact, channel: str) -> Invitation:
        """Raises Problem 409 with the reason for which this person is left alone."""
        cause = f"api:{uuid.uuid4().hex}"
        invitation = invitations.invite(survey=survey, contact_id=contact.pk, cause_key=cause, channel=channel)
        if invitation is None:
            held = Invitation.objects.get(survey=survey, cause_key=cause)
            raise Problem(409, f"Not asked: {held.get_suppressed_display()}.", suppressed=held.suppressed)
        return invitation

    @extend_schema(responses=ResponseSerializer(many=True))
    @action(detail=True, serializer_class=ResponseSerializer)
    def responses(self, request: Request, pk: str = "") -> Answer:
        rows = Response.objects.visible_to(request.user).filter(survey=self.get_object()).select_related("invitation")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(ResponseSerializer(page or [], many=True).data)

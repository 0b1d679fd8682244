"""Journeys as JSON."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from journeys.graph import EXAMPLE
from journeys.models import Enrolment, Handover, Journey, Step, Version


@extend_schema_serializer(
    examples=[OpenApiExample("A journey", value={"name": "Thank buyers", "purpose": "Be kind."}, request_only=True)]
)
class JourneySerializer(serializers.ModelSerializer[Journey]):
    live_version = serializers.SerializerMethodField()

    class Meta:
        model = Journey
        fields = ("id", "name", "slug", "purpose", "status", "live_version", "created_at")
        read_only_fields = ("slug", "status", "created_at")

    def get_live_version(self, journey: Journey) -> int | None:
        """Its number."""
        return journey.live_version.number if journey.live_version else None


@extend_schema_serializer(
    examples=[
        OpenApiExample("An event, once only → mail → end", value={"graph": EXAMPLE}, request_only=True),
    ]
)
class VersionSerializer(serializers.ModelSerializer[Version]):
    graph = serializers.DictField()

    class Meta:
        model = Version
        fields = ("id", "number", "graph", "created_at", "published_at")
        read_only_fields = ("number", "created_at", "published_at")


class StepSerializer(serializers.ModelSerializer[Step]):
    class Meta:
        model = Step
        fields = ("node", "visit", "outcome", "detail", "at")


class EnrolmentSerializer(serializers.ModelSerializer[Enrolment]):
    version = serializers.IntegerField(source="version.number")
    steps = StepSerializer(many=True)

    class Meta:
        model = Enrolment
        fields = ("id", "contact", "version", "state", "node", "reason", "entered_at", "left_at", "steps")


class NodeCountSerializer(serializers.Serializer[Any]):
    node = serializers.CharField()
    standing = serializers.IntegerField(help_text="people there now")
    passed = serializers.IntegerField(help_text="times somebody went through")
    left = serializers.IntegerField(help_text="people who were taken out or stopped there")


class JourneyReportSerializer(serializers.Serializer[Any]):
    entered = serializers.IntegerField()
    active = serializers.IntegerField()
    completed = serializers.IntegerField()
    exited = serializers.IntegerField()
    failed = serializers.IntegerField()
    nodes = NodeCountSerializer(many=True)


class StopSerializer(serializers.Serializer[Any]):
    node = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    people = serializers.IntegerField()
    is_kept = serializers.BooleanField(help_text="Whether the newest version has this node as well.")


class PreviewSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(allow_null=True)
    under_way = StopSerializer(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Move everybody; who waits where the node is gone leaves",
            value={"under_way": "move", "targets": {"old": ""}},
            request_only=True,
        )
    ]
)
class PublicationSerializer(serializers.Serializer[Any]):
    under_way = serializers.ChoiceField(Handover.Way.choices, default=Handover.Way.FINISH)
    targets = serializers.DictField(
        child=serializers.CharField(max_length=60, allow_blank=True),
        default=dict,
        help_text="Node → node of the new version, “” to leave the journey, or “=” to finish on their version.",
    )

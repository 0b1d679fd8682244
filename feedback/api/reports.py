"""Scores with their intervals, the same figures as the pages show."""

from datetime import date, datetime, timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from feedback import reporting
from feedback.days import midnight, today
from feedback.models import Survey
from kernel.policies import managers_only
from kernel.resources import ROW, Resource, number

DAYS = 90  # the period if none is asked for


class FiguresSerializer(serializers.Serializer[Any]):
    n = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True, help_text="null without answers")
    ci_low = serializers.FloatField(allow_null=True)
    ci_high = serializers.FloatField(allow_null=True)
    confidence = serializers.FloatField(help_text="of the interval, 0.95")
    display = serializers.CharField(help_text="hidden, low or full: how much to make of so many answers")


class GroupSerializer(FiguresSerializer):
    key = serializers.CharField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]


class MomentSerializer(FiguresSerializer):
    start = serializers.DateField(help_text="the first day of the week, month or day")


class ReportSerializer(FiguresSerializer):
    distribution = serializers.ListField(child=serializers.DictField(child=serializers.IntegerField()))
    bands = serializers.DictField(child=serializers.IntegerField())
    groups = GroupSerializer(many=True)
    series = MomentSerializer(many=True)


PARAMETERS = [
    OpenApiParameter("survey", ROW, description="Default: all surveys of the kind."),
    OpenApiParameter("from", date, description=f"First day; {DAYS} days before the last one if not said."),
    OpenApiParameter("to", date, description="Last day; today if not said."),
    OpenApiParameter("by", str, enum=[*reporting.STEPS, *reporting.GROUPS]),
]


class Reports(Resource):
    policy = managers_only
    serializer_class = ReportSerializer
    pagination_class = None

    @extend_schema(parameters=PARAMETERS, responses=ReportSerializer)
    @action(detail=False)
    def nps(self, request: Request) -> Response:
        pk = number(request, "survey")
        surveys = Survey.objects.visible_to(request.user).of_kind("nps")
        survey = None if pk is None else get_object_or_404(surveys, pk=pk)
        since, until = period(request)
        try:
            report = reporting.nps_report(survey, since, until, request.query_params.get("by") or "week")
        except ValueError as error:
            raise serializers.ValidationError({"by": [str(error)]}) from None
        return Response(ReportSerializer(report).data)


def period(request: Request) -> tuple[datetime, datetime]:
    """[midnight of the first day, midnight after the last one), in the installation's time zone."""
    last = _day(request, "to") or today()
    first = _day(request, "from") or max(last, date.min + timedelta(days=DAYS)) - timedelta(days=DAYS)
    if first > last:
        raise serializers.ValidationError({"from": ["The first day lies after the last one."]})
    return midnight(first), midnight(min(last, date.max - timedelta(days=2)) + timedelta(days=1))


def _day(request: Request, name: str) -> date | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        raise serializers.ValidationError({name: ["Write it as 2026-01-31."]}) from None
    return min(max(day, date(1900, 1, 1)), date(9998, 12, 31))

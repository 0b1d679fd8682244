"""Journeys: drawing versions, publishing and pausing them, and who is on them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from journeys import reporting
from journeys.actions import journeys
from journeys.api.serializers import (
    EnrolmentSerializer,
    JourneyReportSerializer,
    JourneySerializer,
    PreviewSerializer,
    PublicationSerializer,
    VersionSerializer,
)
from journeys.graph import GraphError
from journeys.models import Enrolment, Journey, Version
from kernel.api import Problem
from kernel.policies import managers_only
from kernel.resources import Resource, choice


class Journeys(ListModelMixin, RetrieveModelMixin, Resource):
    policy = managers_only
    queryset = Journey.objects.none()
    serializer_class = JourneySerializer

    def get_queryset(self) -> QuerySet[Journey]:
        return Journey.objects.visible_to(self.request.user).select_related("live_version")

    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        journey = journeys.create(name=said["name"], purpose=said.get("purpose", ""), by=self.by)
        return Response(self.get_serializer(journey).data, status=201)

    @extend_schema(responses=VersionSerializer(many=True))
    @action(detail=True, serializer_class=VersionSerializer)
    def versions(self, request: Request, pk: str = "") -> Response:
        page = self.paginate_queryset(Version.objects.filter(journey=self.get_object()))
        return self.get_paginated_response(VersionSerializer(page or [], many=True).data)

    @extend_schema(request=VersionSerializer, responses={201: VersionSerializer})
    @versions.mapping.post
    def draw(self, request: Request, pk: str = "") -> Response:
        journey = self.get_object()
        given = VersionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            version = journeys.add_version(journey, graph=given.validated_data["graph"], by=self.by)
        except GraphError as error:
            raise Problem(400, "This graph does not hold; see errors.", graph=error.problems) from None
        return Response(VersionSerializer(version).data, status=201)

    @extend_schema(responses=PreviewSerializer)
    @action(detail=True, pagination_class=None)
    def publication(self, request: Request, pk: str = "") -> Response:
        """What publishing the newest version would touch: people under way on other versions, by where they stand."""
        newest = self.get_object().newest_version
        stops = reporting.stops(newest) if newest else []
        number = newest.number if newest else None
        return Response(PreviewSerializer({"version": number, "under_way": stops}).data)

    @extend_schema(request=PublicationSerializer, responses={201: JourneySerializer})
    @publication.mapping.post
    def publish(self, request: Request, pk: str = "") -> Response:
        """The newest version goes live. Without a body, whoever is under way finishes on their version."""
        given = PublicationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        try:
            journey = journeys.publish_newest(
                self.get_object(), by=self.by, way=said["under_way"], targets=said["targets"]
            )
        except GraphError as error:
            raise Problem(409, "The newest version does not hold; see errors.", graph=error.problems) from None
        except journeys.CannotMove as error:
            raise Problem(400, str(error), targets=[str(error)]) from None
        except journeys.NothingToPublish as error:
            raise Problem(409, str(error)) from None
        return Response(self.get_serializer(journey).data, status=201)

    @extend_schema(responses={204: None})
    @publication.mapping.delete
    def pause(self, request: Request, pk: str = "") -> Response:
        """Nobody enters any more, and those under way stay where they stand."""
        journeys.pause(self.get_object(), by=self.by)
        return Response(status=204)

    @extend_schema(
        parameters=[OpenApiParameter("state", str, enum=Enrolment.State.values)],
        responses=EnrolmentSerializer(many=True),
    )
    @action(detail=True, serializer_class=EnrolmentSerializer)
    def enrolments(self, request: Request, pk: str = "") -> Response:
        rows: Any = Enrolment.objects.visible_to(request.user).filter(journey=self.get_object())
        state = choice(request, "state", Enrolment.State.values)
        rows = rows.filter(state=state) if state else rows
        page = self.paginate_queryset(rows.select_related("version").prefetch_related("steps"))
        return self.get_paginated_response(EnrolmentSerializer(page or [], many=True).data)

    @extend_schema(responses=JourneyReportSerializer)
    @action(detail=True, pagination_class=None)
    def report(self, request: Request, pk: str = "") -> Response:
        return Response(JourneyReportSerializer(reporting.report(self.get_object())).data)

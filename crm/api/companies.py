from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crm.actions import companies
from crm.models import Company
from kernel.resources import Exact, Resource


@extend_schema_serializer(
    examples=[
        OpenApiExample("A company", value={"name": "Casa Lumbre", "domain": "casalumbre.example"}, request_only=True)
    ]
)
class CompanySerializer(Exact, serializers.ModelSerializer[Company]):
    traits = serializers.DictField(required=False)

    class Meta:
        model = Company
        fields = ("id", "name", "domain", "traits", "external_id", "created_at")
        read_only_fields = ("created_at",)


class Companies(ListModelMixin, RetrieveModelMixin, Resource):
    queryset = Company.objects.all()
    serializer_class = CompanySerializer

    def get_queryset(self) -> Any:
        search = self.request.query_params.get("search", "").strip()
        rows = Company.objects.all()
        return rows.filter(name__icontains=search) if search and self.action == "list" else rows

    @extend_schema(parameters=[OpenApiParameter("search", str, description="Part of the name.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        company = companies.create(by=self.by, **given.validated_data)
        return Response(self.get_serializer(company).data, status=201)

    def partial_update(self, request: Request, pk: str = "") -> Response:
        company = self.get_object()
        given = self.get_serializer(company, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        company = companies.update(company, by=self.by, **given.validated_data)
        return Response(self.get_serializer(company).data)

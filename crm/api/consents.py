"""What people allowed us to send. A new word is a new row; the newest counts, the others prove."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crm.actions import consents
from crm.api.fields import CONTACT, VisibleContact, of_person
from crm.models import Consent, Contact
from kernel.resources import Resource

GRANTED = {"contact": 1, "channel": "email", "purpose": "marketing", "state": "granted", "source": "shop checkout"}


@extend_schema_serializer(examples=[OpenApiExample("Newsletter allowed", value=GRANTED, request_only=True)])
class ConsentSerializer(serializers.ModelSerializer[Consent]):
    contact = VisibleContact()

    class Meta:
        model = Consent
        fields = ("id", "contact", "channel", "purpose", "state", "source", "at")
        read_only_fields = ("at",)


class Consents(ListModelMixin, RetrieveModelMixin, Resource):
    queryset = Consent.objects.none()
    serializer_class = ConsentSerializer

    def get_queryset(self) -> QuerySet[Consent]:
        return of_person(self, Consent.objects.filter(contact__in=Contact.objects.visible_to(self.request.user)))

    @extend_schema(parameters=[CONTACT])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        consent = consents.record(said.pop("contact").pk, **said)
        return Response(self.get_serializer(consent).data, status=201)

"""Colleagues, read only: whom a contact, task or conversation may belong to."""

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from crm.models import User
from kernel.resources import Resource


class UserSerializer(serializers.ModelSerializer[User]):
    name = serializers.CharField(read_only=True)

    class Meta:
        model = User
        fields = ("id", "name", "email", "team")


class Users(ListModelMixin, RetrieveModelMixin, Resource):
    queryset = User.objects.filter(is_active=True)
    serializer_class = UserSerializer

"""The onsite application."""

from django.apps import AppConfig


class OnsiteConfig(AppConfig):
    name = "onsite"

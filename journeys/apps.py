"""Decides what happens next: journeys, the people in them, and why."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysConfig(AppConfig):
    name = "journeys"
    verbose_name = _("Journeys")

    def ready(self) -> None:
        for module in ("facts", "consumers", "panels", "live"):
            import_module(f"journeys.{module}")

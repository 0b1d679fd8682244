"""Decides what happens next: journeys, the people in them, and why."""

from importlib import import_module

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"

    def ready(self) -> None:
        for module in ("facts", "consumers", "panels"):
            import_module(f"journeys.{module}")

"""Asks and scores: surveys, invitations, responses, reports."""

from importlib import import_module

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        for module in ("facts", "consumers", "panels"):
            import_module(f"feedback.{module}")

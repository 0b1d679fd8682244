"""Asks and scores: surveys, invitations, responses, reports."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "feedback"
    verbose_name = _("Surveys")

    def ready(self) -> None:
        for module in ("facts", "consumers", "panels"):
            import_module(f"feedback.{module}")

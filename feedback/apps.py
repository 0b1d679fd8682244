"""The feedback application."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "feedback"

"""Grammar without nouns: no models, no URLs."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "kernel"

"""Speaks and hears: inbox, channels, messages."""

from importlib import import_module

from django.apps import AppConfig


class OmnichannelConfig(AppConfig):
    name = "omnichannel"

    def ready(self) -> None:
        for module in ("facts", "consumers", "panels", "live"):
            import_module(f"omnichannel.{module}")

"""Speaks and hears: inbox, channels, messages."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OmnichannelConfig(AppConfig):
    name = "omnichannel"
    verbose_name = _("Inbox and channels")

    def ready(self) -> None:
        for module in ("facts", "consumers", "panels", "live"):
            import_module(f"omnichannel.{module}")

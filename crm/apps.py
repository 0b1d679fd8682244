"""Knows people and what happened: contacts, the ledger, segments, deals, scores."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Customers")

    def ready(self) -> None:
        for module in ("facts", "consumers", "panels", "live"):
            import_module(f"crm.{module}")

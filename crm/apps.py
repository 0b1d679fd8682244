"""Knows people and what happened: contacts, the ledger, segments, deals, scores."""

from importlib import import_module

from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        for module in ("facts", "consumers", "panels", "live"):
            import_module(f"crm.{module}")

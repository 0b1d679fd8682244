"""config as a Django application (commands, checks) and the product's own admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _
from django_celery_beat.apps import BeatConfig


class ConfigApp(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import (
            celery,  # noqa: F401 - shared_task finds its application
            panels,  # noqa: F401 - the operations page in the navigation
        )
        from crm.ledger import feed  # noqa: F401 - live screens read the ledger


class HiloAdminConfig(AdminConfig):
    default_site = "config.admin_site.HiloAdminSite"


class PeriodicWorkConfig(BeatConfig):  # type: ignore[misc] # untyped
    verbose_name = _("Periodic work")

"""Django's own admin, signed in to through the product's sign-in, in the product's colours."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.admin_lists import FastList

# Tables of packages that have a page of the product, are decided in code, or hold keys that open accounts.
HIDDEN = {
    "account.EmailAddress",  # the address of a colleague is in the colleague's own form
    "auth.Group",  # roles are decided in code (kernel/policies.py)
    "django_celery_beat.ClockedSchedule",  # once, at a moment: nothing of ours works so
    "django_celery_beat.CrontabSchedule",  # this and two more have pages of ours (config/admin.py)
    "django_celery_beat.IntervalSchedule",
    "django_celery_beat.PeriodicTask",
    "django_celery_beat.SolarSchedule",
    "mfa.Authenticator",  # taken away by an action on the colleague
    "socialaccount.SocialAccount",
    "socialaccount.SocialApp",  # HILO_OIDC
    "socialaccount.SocialToken",
    "usersessions.UserSession",
}

# What lives in the lowest floor and is no customer, under headings of its own.
GROUPS = {
    _("Colleagues and access"): {"AccountMail", "ApiKey", "Team", "User"},
    _("Upkeep"): {"Cursor", "RefusedEvents", "Retry"},
}


class HiloAdminSite(AdminSite):
    site_header = _("Hilo settings")
    site_title = _("Hilo settings")
    index_title = _("Settings")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and user.is_authenticated and user.has_role("admin"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """For the index and the side: who works here and what keeps the house running stand apart from customers."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        return apps if app_label else [group for app in apps for group in _groups(app)]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """The pages that packages bring for hidden tables are left out; those that are ours are shown."""
        ours = admin_class is not None and issubclass(admin_class, FastList)
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        shown = [model for model in models if ours or model._meta.label not in HIDDEN]
        super().register(shown, admin_class, **options)


def _groups(app: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The app without what stands in a group, then the groups taken from it."""
    if app["app_label"] != "crm":
        yield app
        return
    taken = set().union(*GROUPS.values())
    yield app | {"models": [model for model in app["models"] if model["object_name"] not in taken]}
    for name, members in GROUPS.items():
        yield app | {"name": name, "models": [model for model in app["models"] if model["object_name"] in members]}

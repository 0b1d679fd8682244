"""Django's own admin, signed in to through the product's sign-in, in the product's colours."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class HiloAdminSite(AdminSite):
    site_header = _("Hilo settings")
    site_title = _("Hilo settings")
    index_title = _("Settings")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and user.is_authenticated and user.is_staff and user.has_role("admin"))

"""What crm puts into the navigation."""

from django.utils.translation import gettext_lazy as _

from kernel.navigation import nav
from kernel.policies import signed_in

nav("contacts", _("Contacts"), icon="users", policy=signed_in, order=20)
nav("tasks", _("Tasks"), icon="list-todo", policy=signed_in, order=30)

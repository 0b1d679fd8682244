"""What config puts into the product's own navigation."""

from django.utils.translation import gettext_lazy as _

from kernel.navigation import nav
from kernel.policies import admins_only

nav("operations", _("Operations"), icon="activity", policy=admins_only, order=90)

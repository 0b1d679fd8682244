"""What journeys adds to the navigation and to the contact's page."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from crm.models import Contact
from journeys import reporting, telling
from journeys.models import Enrolment
from kernel.navigation import nav
from kernel.panels import panel
from kernel.policies import managers_only

FEW = 5

nav("journeys", _("Journeys"), icon="route", policy=managers_only, order=50)


@panel("contact.sidebar", order=40)
def journeys(request: HttpRequest, contact: Contact) -> str:
    """Which journeys this person is on, where they stand, what is due next."""
    rows = Enrolment.objects.visible_to(request.user).filter(contact__in=contact.family_ids)
    newest = list(
        rows.select_related("journey", "version", "timer", "wait").defer("version__graph").newest_first()[: FEW + 1]
    )
    context = {
        "journeys": [_told(row) for row in newest[:FEW]],
        "more": len(newest) > FEW,
        "opens": managers_only.admits(request.user),
    }
    return render_to_string("journeys/contact_panel.html", context, request=request)


def _told(row: Enrolment) -> dict[str, Any]:
    place = telling.place(row, reporting.graph_of(row.version))
    return {"enrolment": row, "place": place, "waits_for": telling.waits_for(getattr(row, "wait", None))}

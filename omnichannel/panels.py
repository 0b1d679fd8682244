"""What omnichannel adds to the navigation and to the contact's page."""

from django.db.models import Case, Value, When
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from crm.models import Contact
from kernel.navigation import nav
from kernel.panels import panel
from kernel.policies import agents_only
from omnichannel.models import Conversation

FEW = 6

nav("inbox", _("Inbox"), icon="inbox", policy=agents_only, order=10)
nav("outbox", _("Outbox"), icon="send", policy=agents_only, order=80)
nav("quarantine", _("Quarantine"), icon="shield", policy=agents_only, order=85)


@panel("contact.sidebar", order=10)
def conversations(request: HttpRequest, contact: Contact) -> str:
    """The person's conversations, open ones first; nothing for colleagues who do not work in the inbox."""
    if not agents_only.admits(request.user):
        return ""
    open_first = Case(When(status=Conversation.Status.OPEN, then=Value(0)), default=Value(1))
    rows = Conversation.objects.visible_to(request.user).filter(contact__in=contact.family_ids)
    found = list(rows.select_related("assignee").order_by(open_first, "-last_message_at", "-id")[: FEW + 1])
    context = {"conversations": found[:FEW], "more": len(found) > FEW, "contact": contact}
    return render_to_string("omnichannel/contact_panel.html", context, request=request)

"""What operators look at when something did not arrive."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Max, Sum
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from crm.models import AccountMail, RefusedEvents
from kernel.admin_lists import FastList, ReadOnly


@admin.register(AccountMail)
class AccountMails(ReadOnly, FastList):
    """Without a mail server they stay here, and their links can be followed; with one, the text is gone once sent."""

    list_display = ("subject", "address", "created_at", "state")
    search_fields = ("=address",)
    search_help_text = _("A whole address")
    ordering = ("-pk",)
    fields = ("subject", "address", "sender", "created_at", "state", "attempts", "error", "letter")
    readonly_fields = fields

    @admin.display(description=_("state"))
    def state(self, mail: AccountMail) -> str:
        if mail.sent_at:
            return str(_("Sent"))
        if mail.due_at is None:
            return str(_("Failed"))
        return str(_("Waits")) if settings.SMTP_URL else str(_("Kept here: there is no mail server"))

    @admin.display(description=_("text"))
    def letter(self, mail: AccountMail) -> SafeString:
        if not mail.text:
            return mark_safe(_("Forgotten: it was sent or given up."))  # noqa: S308 - our own words
        return linebreaksbr(urlize(mail.text, autoescape=True), autoescape=False)


ADVICE = {
    400: _("What was sent is not what the tracking API reads. The reason names the field; mend the sender."),
    401: _("No live key was sent. Give the sender a key with the scope ingest, or take away the one it lost."),
    413: _("Too much at once. Send batches of less than 500 KB and events of less than 32 KB."),
    429: _("Too many events in ten seconds. Its library sends them again; send larger batches less often."),
}


@admin.register(RefusedEvents)
class Refusals(ReadOnly, FastList):
    """Counted by key, reason and hour; above the list, what it comes to by key and reason."""

    change_list_template = "admin/crm/refused.html"
    list_display = ("reason", "status", "sender", "times", "last_at")
    list_filter = ("status", ("key", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("key",)
    search_fields = ("reason",)
    ordering = ("-last_at", "-pk")
    fields = ("reason", "advice", "status", "sender", "hour", "times", "last_at", "excerpt")
    readonly_fields = fields

    @admin.display(description=_("sender"))
    def sender(self, refused: RefusedEvents) -> str:
        return str(refused.key) if refused.key else str(_("without a live key"))

    @admin.display(description=_("what to do"))
    def advice(self, refused: RefusedEvents) -> str:
        return str(ADVICE.get(refused.status, ""))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        groups = RefusedEvents.objects.values("status", "reason", "key__name", "key__hint")
        largest = groups.annotate(total=Sum("times"), last=Max("last_at")).order_by("-total", "reason")[:10]
        told = [{**group, "advice": ADVICE.get(group["status"], "")} for group in largest]
        return super().changelist_view(request, {**(extra_context or {}), "largest": told})

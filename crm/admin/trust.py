"""What operators look at when something did not arrive."""

from django.conf import settings
from django.contrib import admin
from django.template.defaultfilters import linebreaksbr, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from crm.models import AccountMail
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

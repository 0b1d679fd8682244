"""Inboxes, channel accounts, and what passes through them, for operators."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kernel.admin_lists import FastList, ReadOnly, worded
from kernel.told import told
from omnichannel.actions import deliveries, inbound, inboxes
from omnichannel.forms.channels import PREFIX, ChannelForm, plugin_fields
from omnichannel.models import Attempt, Channel, Delivery, Inbox, RawInbound, Suppression
from omnichannel.models.channel import channel_kinds


@admin.register(Inbox)
class InboxAdmin(FastList):
    list_display = ("name", "team")
    list_select_related = ("team",)
    search_fields = ("name",)
    autocomplete_fields = ("team",)

    def save_model(self, request: HttpRequest, obj: Inbox, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "team" in form.changed_data:
            inboxes.hand_to(obj, obj.team)


@admin.register(Channel)
class ChannelAdmin(FastList):
    form = ChannelForm
    list_display = ("name", "kind", "address", "inbox", "active", "health", "why", "health_at")
    list_filter = ("kind", "active", "health")
    search_fields = ("name", "address")
    autocomplete_fields = ("inbox",)
    readonly_fields = ("health", "why", "health_at")
    actions = ("check_settings",)

    @admin.display(description=_("detail"))
    def why(self, channel: Channel) -> str:
        return told(channel.health_detail)

    def get_fieldsets(self, request: HttpRequest, obj: Channel | None = None) -> Any:
        """The plug-in's fields are known once the account has a kind."""
        own = (None, {"fields": ("kind", "name", "address", "inbox", "active")})
        if obj is None:
            return (own,)
        settings = (_("Settings"), {"fields": [PREFIX + name for name in plugin_fields(obj)]})
        health = (_("Health"), {"fields": ("health", "why", "health_at")})
        return (own, settings, health) if settings[1]["fields"] else (own, health)

    def get_form(self, request: HttpRequest, obj: Channel | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Django would look for the plug-in's fields on the model; the form adds them itself."""
        return super().get_form(request, obj, change=change, **{**kwargs, "fields": ChannelForm.Meta.fields})

    def response_add(self, request: HttpRequest, obj: Channel, post_url_continue: str | None = None) -> HttpResponse:
        """On to the settings, which depend on the kind that was chosen."""
        self.message_user(request, _("Saved. Now fill in the settings of this kind of channel."), messages.SUCCESS)
        return redirect(reverse("admin:omnichannel_channel_change", args=[obj.pk]))

    @admin.action(description=_("Check the settings"))
    def check_settings(self, request: HttpRequest, chosen: QuerySet[Channel]) -> None:
        for channel in chosen:
            problems = channel.plugin.check_settings()
            if problems:
                self.message_user(request, f"{channel}: {' '.join(problems)}", messages.ERROR)
            else:
                self.message_user(request, _("%(name)s: the settings are complete.") % {"name": channel})


class ErrorTold(BaseModelAdmin):  # type: ignore[type-arg]
    """What went wrong in the reader's language: the row keeps it in English."""

    @admin.display(description=_("error"), ordering="error")
    def error_told(self, row: RawInbound | Delivery | Attempt) -> str:
        return told(row.error)


@admin.register(RawInbound)
class RawInboundAdmin(ErrorTold, ReadOnly, FastList):
    list_display = ("id", "channel", "state", "attempts", "received_at", "error_told")
    list_filter = ("state", "channel")
    list_select_related = ("channel",)
    search_fields = ("dedup_key",)
    ordering = ("-id",)
    fields = ("channel", "dedup_key", "state", "attempts", "due_at", "received_at", "error_told", "meta")
    readonly_fields = ("error_told",)
    actions = ("replay",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RawInbound]:
        """Without the bodies: they may be 50 MB each. The quarantine page downloads them."""
        return super().get_queryset(request).defer("body")

    @admin.action(description=_("Read again from the start"))
    def replay(self, request: HttpRequest, chosen: QuerySet[RawInbound]) -> None:
        held = list(chosen.filter(state=RawInbound.State.QUARANTINED))
        for raw in held:
            inbound.replay(raw)
        text = ngettext("%(n)d item is being read again.", "%(n)d items are being read again.", len(held))
        self.message_user(request, text % {"n": len(held)})


class AttemptInline(ErrorTold, admin.TabularInline):  # type: ignore[type-arg]
    model = Attempt
    fields = readonly_fields = ("number", "started_at", "finished_at", "outcome_told", "error_told")
    extra = 0
    can_delete = False

    @admin.display(description=_("outcome"))
    def outcome_told(self, attempt: Attempt) -> str:
        return attempt.outcome_label()

    def has_add_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(ErrorTold, ReadOnly, FastList):
    list_display = ("id", "address", "channel", "purpose", "state", "attempts", "created_at", "error_told")
    list_filter = ("state", "purpose", "channel")
    list_select_related = ("channel",)
    search_fields = ("address", "key")
    ordering = ("-id",)
    fields = (
        "address", "channel", "key", "purpose", "state", "error_told", "provider_id",
        "attempts", "due_at", "created_at", "settled_at",
    )  # fmt: skip
    readonly_fields = ("error_told",)
    inlines = (AttemptInline,)
    actions = ("send_again",)

    @admin.action(description=_("Send again what failed"))
    def send_again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        again = sum(deliveries.send_again(delivery) for delivery in chosen.select_related("message", "channel"))
        text = ngettext("%(n)d message is sent again.", "%(n)d messages are sent again.", again)
        self.message_user(request, text % {"n": again})


@admin.register(Suppression)
class SuppressionAdmin(FastList):
    list_display = ("address", "sort", "reason", "detail", "created_at")
    list_filter = ("reason", ("kind", worded(lambda: dict(channel_kinds()))))
    search_fields = ("address",)
    readonly_fields = ("created_at",)
    ordering = ("-id",)

    @admin.display(description=_("kind"), ordering="kind")
    def sort(self, suppression: Suppression) -> str:
        return str(dict(channel_kinds()).get(suppression.kind, suppression.kind))

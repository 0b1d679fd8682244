"""The operators' back door: read-mostly, its actions call verbs, its lists count nothing that grows."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.actions import search_text
from crm.ledger import consume
from crm.models import ApiKey, Company, Contact, Cursor, Event, Identity, Retry, Tag, Team, User
from crm.models.api_key import SCOPES
from kernel.admin_lists import FastList, ReadOnly


@admin.register(User)
class Users(FastList, UserAdmin):  # type: ignore[type-arg]
    """Roles are groups: agent, sales, manager, admin."""

    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "team", "is_active", "last_login")
    list_filter = ("groups", "team", "is_active")
    search_fields = ("email", "first_name", "last_name")
    autocomplete_fields = ("team",)
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "team", "language", "time_zone")}),
        (_("Roles"), {"fields": ("is_active", "is_staff", "groups")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "first_name", "last_name", "team", "password1", "password2")}),)


@admin.register(Team)
class Teams(FastList):
    search_fields = ("name",)


@admin.register(Tag)
class Tags(FastList):
    search_fields = ("name",)


@admin.register(Company)
class Companies(FastList):
    list_display = ("name", "domain", "created_at")
    search_fields = ("name", "domain")
    ordering = ("-pk",)

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        search_text.refresh(obj.contact_set.values_list("pk", flat=True))


class Identities(admin.TabularInline[Identity, Contact]):
    model = Identity
    extra = 0
    max_num = 20
    fields = readonly_fields = ("kind", "display", "source", "verified", "shared", "last_seen_at")
    can_delete = False


@admin.register(Contact)
class Contacts(FastList):
    list_display = ("name", "company", "owner", "feeling", "language", "last_activity_at")
    list_select_related = ("company", "owner")
    list_filter = ("feeling", "language")
    search_fields = ("first_name",)  # shows the box; get_search_results asks the product's own search
    search_help_text = _("Name, address, number or company")
    autocomplete_fields = ("company", "owner", "team", "tags")
    readonly_fields = ("created_at", "last_activity_at")
    ordering = ("-last_activity_at", "-pk")
    inlines = (Identities,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).prefetch_related("identities")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.matching(search_term), False

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        search_text.refresh([obj.pk])


class ApiKeyForm(forms.ModelForm[ApiKey]):
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        label=_("Scopes"),
        help_text=_("A key for a web page gets ingest alone: everybody can read it there."),
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "expires_at")


@admin.register(ApiKey)
class ApiKeys(FastList):
    """A key is shown once, in the message after it was made; what is stored cannot be turned back into it."""

    form = ApiKeyForm
    list_display = ("name", "hint", "scopes", "created_by", "last_used_at", "expires_at", "revoked_at")
    search_fields = ("name", "hint")
    actions = ("revoke",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Revoked, not deleted: events keep naming their source."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        assert isinstance(request.user, User)  # noqa: S101 - the admin lets nobody else in
        key, secret = ApiKey.objects.issue(name=obj.name, scopes=obj.scopes, by=request.user)
        ApiKey.objects.filter(pk=key.pk).update(expires_at=obj.expires_at)
        obj.pk, obj.digest, obj.hint = key.pk, key.digest, key.hint
        self.message_user(request, _("The key, shown only now: %(secret)s") % {"secret": secret}, messages.WARNING)

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        number = chosen.filter(revoked_at=None).update(revoked_at=Now())
        said = ngettext("%(number)d key revoked.", "%(number)d keys revoked.", number) % {"number": number}
        self.message_user(request, said, messages.SUCCESS)


@admin.register(Event)
class Events(ReadOnly, FastList):
    list_display = ("id", "name", "contact", "occurred_at", "channel", "source")
    list_select_related = ("contact",)
    search_fields = ("=contact__id", "=message_id")
    search_help_text = _("Number of a contact, or a whole message id")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).prefetch_related("contact__identities")


@admin.register(Cursor)
class Cursors(ReadOnly, FastList):
    list_display = ("consumer", "xid", "event_id", "paused", "moved_at")
    ordering = ("consumer",)
    actions = ("pause", "go_on")

    @admin.action(description=_("Pause"))
    def pause(self, request: HttpRequest, chosen: QuerySet[Cursor]) -> None:
        chosen.update(paused=True)

    @admin.action(description=_("Go on"))
    def go_on(self, request: HttpRequest, chosen: QuerySet[Cursor]) -> None:
        chosen.update(paused=False)


@admin.register(Retry)
class Retries(ReadOnly, FastList):
    """Dead letters and those on their way there."""

    list_display = ("id", "consumer", "event", "attempts", "dead", "due_at", "created_at")
    list_filter = ("dead", "consumer")
    list_select_related = ("event",)
    ordering = ("-pk",)
    actions = ("replay",)

    @admin.action(description=_("Try again"))
    def replay(self, request: HttpRequest, chosen: QuerySet[Retry]) -> None:
        for row in chosen:
            consume.replay(row)
        number = len(chosen)
        said = ngettext("%(number)d event will be tried again.", "%(number)d events will be tried again.", number)
        self.message_user(request, said % {"number": number}, messages.SUCCESS)

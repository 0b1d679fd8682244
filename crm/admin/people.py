"""Colleagues and customers."""

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import JSONField, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.actions import companies, contacts
from crm.models import Company, Contact, Identity, Tag, Team, User
from crm.models.locales import timezone_choices
from kernel.admin_lists import FastList, languages, worded
from kernel.json_fields import KeptObject
from kernel.policies import ROLE_NAMES

AS_ASKED = ("", _("As the browser asks"))
CHOSEN: dict[str, Callable[[], list[tuple[str, Any]]]] = {
    "language": lambda: [AS_ASKED, *settings.LANGUAGES],
    "time_zone": lambda: [AS_ASKED, *timezone_choices()],
}


class ByRole(admin.RelatedFieldListFilter):
    """Roles are groups, a word that nobody here uses for them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("role")

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        roles = super().field_choices(field, request, model_admin)
        return [(pk, ROLE_NAMES.get(str(name), name)) for pk, name in roles]


class Roles(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(ROLE_NAMES.get(obj.name, obj.name))


@admin.register(User)
class Users(FastList, UserAdmin):  # type: ignore[type-arg]
    """Roles are groups: agent, sales, manager, admin."""

    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "team", "is_active", "last_login")
    list_filter = (("groups", ByRole), "team", "is_active")
    autocomplete_fields = ("team",)
    search_fields = ("email", "first_name", "last_name")
    filter_horizontal = ()  # four roles and a handful of teams: everything at one look
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "team", "language", "time_zone")}),
        (_("Roles"), {"fields": ("is_active", "groups")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "team", "groups", "password1", "password2")}),
    )

    actions = ("take_second_step_away",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who has worked here is switched off instead: what they wrote keeps their name."""
        return obj is not None and obj.last_login is None and super().has_delete_permission(request, obj)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs |= {
                "form_class": Roles,
                "widget": forms.CheckboxSelectMultiple,
                "label": _("Roles"),
                "help_text": "",
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name not in CHOSEN:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        label = capfirst(db_field.verbose_name)
        return forms.ChoiceField(choices=CHOSEN[db_field.name], required=False, label=label)

    @admin.action(description=_("Take the second step of signing in away"))
    def take_second_step_away(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """For who lost phone, key and codes: from then on the password is enough, until they set it up again."""
        for colleague in chosen:
            Authenticator.objects.filter(user=colleague).delete()
            self.log_change(request, colleague, _("Second step of signing in taken away."))
        said = ngettext(
            "%(number)d colleague signs in with the password alone now.",
            "%(number)d colleagues sign in with the password alone now.",
            len(chosen),
        )
        self.message_user(request, said % {"number": len(chosen)}, messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A mailbox that was somebody's before can no longer reset the password."""
        super().save_model(request, obj, form, change)
        EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Who may come in here follows from the roles."""
        super().save_related(request, form, formsets, change)
        colleague: User = form.instance
        colleague.assign_roles(*colleague.groups.values_list("name", flat=True))


@admin.register(Team)
class Teams(FastList):
    search_fields = ("name",)


@admin.register(Tag)
class Tags(FastList):
    search_fields = ("name",)


@admin.register(Company)
class Companies(FastList):
    formfield_overrides = {JSONField: {"form_class": KeptObject}}
    list_display = ("name", "domain", "created_at")
    search_fields = ("name", "domain")
    ordering = ("-pk",)

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        companies.refresh_people(obj)


class Identities(admin.TabularInline[Identity, Contact]):
    model = Identity
    extra = 0
    max_num = 20
    fields = readonly_fields = ("sort", "display", "source", "verified", "shared", "last_seen_at")
    can_delete = False

    @admin.display(description=_("kind"))
    def sort(self, identity: Identity) -> str:
        return identity.kind_name

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Addresses and numbers come and go by verbs."""
        return False


@admin.register(Contact)
class Contacts(FastList):
    formfield_overrides = {JSONField: {"form_class": KeptObject}}
    list_display = ("known_as", "company", "owner", "feeling", "language", "last_activity_at")
    list_select_related = ("company", "owner")
    list_filter = ("feeling", ("language", worded(languages)))
    search_fields = ("first_name",)  # shows the box; get_search_results asks the product's own search
    search_help_text = _("Name, address, number or company")
    autocomplete_fields = ("company", "owner", "team", "tags")
    readonly_fields = ("created_at", "last_activity_at")
    ordering = ("-last_activity_at", "-pk")
    inlines = (Identities,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).prefetch_related("identities")

    @admin.display(description=_("name"))
    def known_as(self, contact: Contact) -> str:
        return contact.name

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.matching(search_term), False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What happened with them, and what they refused, would go along without a trace."""
        return False

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        """As everywhere: the verbs write, and tell it. Tags come after this, from the form."""
        assert isinstance(request.user, User)  # noqa: S101 - the admin lets nobody else in
        said = {name: value for name, value in form.cleaned_data.items() if name in contacts.EDITABLE}
        said |= {name: said[name] or {} for name in ("traits", "custom")}
        if change:
            contacts.update(obj, by=request.user, **said)
        else:
            obj.pk = contacts.create(by=request.user, **said).pk
        contacts.set_feeling(obj.pk, form.cleaned_data["feeling"])
        obj.refresh_from_db()

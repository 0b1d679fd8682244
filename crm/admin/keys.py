"""Keys of programs: shown once, revoked and not deleted."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.models import ApiKey, User
from crm.models.api_key import SCOPES, ApiKeyQuerySet
from kernel.admin_lists import FastList


class ApiKeyForm(forms.ModelForm[ApiKey]):
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        label=_("Scopes"),
        help_text=_("A key for a web page gets ingest alone: everybody can read it there."),
    )
    expires_at = forms.DateTimeField(
        required=False,
        label=_("Expires"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
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
    def revoke(self, request: HttpRequest, chosen: ApiKeyQuerySet) -> None:
        number = chosen.revoke()
        said = ngettext("%(number)d key revoked.", "%(number)d keys revoked.", number) % {"number": number}
        self.message_user(request, said, messages.SUCCESS)

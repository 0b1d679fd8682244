"""Addresses, numbers and devices that several people use."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.actions import sharing
from crm.models import Identity, User
from kernel.admin_lists import FastList, ReadOnly


@admin.register(Identity)
class SharedIdentities(ReadOnly, FastList):
    """Who was joined because of one of them before it was known to be shared can be split again here."""

    list_display = ("display", "sort", "contact", "said_to_be", "last_seen_at")
    list_select_related = ("contact",)
    search_fields = ("=value",)
    search_help_text = _(
        "A whole address, number or id. Only what several people use is listed; the others are on their contact."
    )
    ordering = ("-pk",)
    actions = ("split",)
    fields = ("display", "sort", "contact", "said_to_be", "joined", "source", "first_seen_at", "last_seen_at")
    readonly_fields = fields

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = {"title": _("Identities that several people use")}
        return super().changelist_view(request, title | (extra_context or {}))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Identity]:
        rows = super().get_queryset(request).filter(shared=True)
        return rows.prefetch_related("sightings", "contact__identities")

    @admin.display(description=_("kind"), ordering="kind")
    def sort(self, identity: Identity) -> str:
        return identity.kind_name

    @admin.display(description=_("said to be"))
    def said_to_be(self, identity: Identity) -> str:
        return ", ".join(sorted(str(sighting) for sighting in identity.sightings.all())) or str(
            _("a role, by its name")
        )

    @admin.display(description=_("people joined by it"))
    def joined(self, identity: Identity) -> int:
        return len(sharing.merges_by(identity))

    @admin.action(description=_("Split the people whom it joined"))
    def split(self, request: HttpRequest, chosen: QuerySet[Identity]) -> None:
        assert isinstance(request.user, User)  # noqa: S101 - the admin lets nobody else in
        number = sum(sharing.split(identity, by=request.user) for identity in chosen)
        said = ngettext("%(number)d merge undone.", "%(number)d merges undone.", number) % {"number": number}
        self.message_user(request, said, messages.SUCCESS)

"""The ledger and its readers."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.ledger import consume
from crm.models import Cursor, Event, Retry
from kernel.admin_lists import FastList, ReadOnly


@admin.register(Event)
class Events(ReadOnly, FastList):
    list_display = ("id", "name", "contact", "occurred_at", "channel", "source")
    list_select_related = ("contact",)
    search_fields = ("message_id",)  # shows the box; get_search_results asks the ledger's own indexes
    search_help_text = _("Number of a contact or of an event, or a whole message id")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).prefetch_related("contact__identities")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.named(search_term.strip()) if search_term.strip() else queryset, False


@admin.register(Cursor)
class Cursors(ReadOnly, FastList):
    list_display = ("consumer", "xid", "event_id", "paused", "moved_at")
    ordering = ("consumer",)
    actions = ("pause", "go_on")

    @admin.action(description=_("Pause"))
    def pause(self, request: HttpRequest, chosen: QuerySet[Cursor]) -> None:
        for cursor in chosen:
            consume.pause(cursor, paused=True)

    @admin.action(description=_("Go on"))
    def go_on(self, request: HttpRequest, chosen: QuerySet[Cursor]) -> None:
        for cursor in chosen:
            consume.pause(cursor, paused=False)


@admin.register(Retry)
class Retries(ReadOnly, FastList):
    """Dead letters and those on their way there."""

    list_display = ("id", "consumer", "event", "tried", "dead", "next_try", "created_at")
    list_filter = ("dead", "consumer")
    list_select_related = ("event",)
    ordering = ("-pk",)
    actions = ("replay",)

    @admin.display(description=_("tries"), ordering="attempts")
    def tried(self, row: Retry) -> int:
        return row.attempts

    @admin.display(description=_("next try"), ordering="due_at")
    def next_try(self, row: Retry) -> datetime | None:
        return row.due_at

    @admin.action(description=_("Try again"))
    def replay(self, request: HttpRequest, chosen: QuerySet[Retry]) -> None:
        for row in chosen:
            consume.replay(row)
        number = len(chosen)
        said = ngettext("%(number)d event will be tried again.", "%(number)d events will be tried again.", number)
        self.message_user(request, said % {"number": number}, messages.SUCCESS)

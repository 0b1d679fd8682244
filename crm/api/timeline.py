"""The thread of a contact's life as JSON: keyset pages, newest first, over everybody merged into the contact."""

from datetime import datetime
from typing import Any

from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from crm.ledger.fact import tell
from crm.models import Contact, Event
from kernel import lists
from kernel.api import CursorPages

SIZE = 50


class TimelineEventSerializer(serializers.ModelSerializer[Event]):
    summary = serializers.SerializerMethodField()
    cause = serializers.IntegerField(source="cause_id", allow_null=True)
    properties = serializers.DictField()

    class Meta:
        model = Event
        fields = ("id", "name", "occurred_at", "channel", "summary", "properties", "cause")

    def get_summary(self, event: Event) -> str:
        return tell(event.name, event.properties)


class TimelineSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    results = TimelineEventSerializer(many=True)


def timeline_page(request: Request, contact: Contact) -> dict[str, Any]:
    cursor = request.query_params.get("cursor", "")
    before = lists.decode(cursor, datetime, int)
    if cursor and before is None:  # the first page instead would be read for ever
        raise exceptions.NotFound(CursorPages.invalid_cursor_message)
    events = list(Event.objects.of(contact, limit=SIZE + 1, before=before))
    return {"next": _next(request, events), "results": TimelineEventSerializer(events[:SIZE], many=True).data}


def _next(request: Request, events: list[Event]) -> str | None:
    if len(events) <= SIZE:
        return None
    last = events[SIZE - 1]
    return replace_query_param(request.build_absolute_uri(), "cursor", lists.encode([last.occurred_at, last.pk]))

"""The ledger's own questions."""

import pytest
from django.db import connection

from crm.models import Event
from crm.tests import factories

pytestmark = pytest.mark.django_db


def happen(message_id: str, *, source: str = "hilo", contact_id: int | None = None) -> Event:
    return Event.objects.create(name="x", source=source, message_id=message_id, contact_id=contact_id)


def test_an_event_is_found_by_its_message_id_whatever_its_source() -> None:
    own, theirs = happen("m-1"), happen("m-1", source="key:1")
    happen("M-1", source="key:2")
    happen("m-12")

    assert set(Event.objects.named("m-1")) == {own, theirs}


def test_a_number_is_a_contacts_an_events_or_a_message_id() -> None:
    ana = factories.contact()
    theirs = happen("m-1", contact_id=ana.pk)
    named = happen(str(ana.pk), source="key:1")

    assert {theirs, named} <= set(Event.objects.named(str(ana.pk)))
    assert theirs in Event.objects.named(str(theirs.pk))
    assert list(Event.objects.named("9" * 30)) == []
    assert list(Event.objects.named("２")) == []


@pytest.mark.parametrize("text", ["m-1", "4711"])
def test_looking_for_an_event_reads_no_whole_table(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_event (name, source, message_id, anonymous_id, channel, properties, depth, schema_version)"
            " SELECT 'x', 'key:' || n % 5, 'm-' || n, '', '', '{}', 0, 1 FROM generate_series(1, 20000) n"
        )
        cursor.execute("ANALYZE crm_event")
    first_page = Event.objects.named(text).order_by("-pk")[:50]

    plan = first_page.explain()

    assert "event_once" in plan
    assert "Seq Scan" not in plan
    assert "Backward" not in plan

"""Publishing: facts into the ledger by `publish_many`, against the same rows by a plain multi-row INSERT."""

from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from bench.measurement import Measurement, Scale, percentile, seconds
from crm.facts import NoteWritten
from crm.ledger.publishing import publish, publish_many
from crm.models import Contact

ROUNDS = {"small": 40, "full": 200}
BATCH = 500
PEOPLE = 1_000

_PLAIN = (
    "INSERT INTO crm_event (contact_id, anonymous_id, name, source, message_id, channel, properties, depth, "
    "schema_version, occurred_at, recorded_at, xid) VALUES "
)
_ROW = "(%s, '', %s, 'bench', %s, '', %s, 0, 1, now(), now(), pg_current_xact_id()::text::bigint)"


def measure(scale: Scale) -> Iterator[Measurement]:
    people = [contact.pk for contact in Contact.objects.bulk_create([Contact() for _ in range(PEOPLE)])]
    _warm(people)
    plain, published = [], []
    for number in range(ROUNDS[scale]):  # in turns, so that both meet the same machine and the same table
        plain.append(BATCH / seconds(lambda number=number: _insert_plainly(people, number)))  # type: ignore[misc]
        published.append(BATCH / seconds(lambda: _publish_batch(people)))
    yield Measurement.of(
        "ledger",
        "publish_events_per_second",
        published,
        "events/s",
        scale=scale,
        baseline=percentile(plain, 0.5),
        note=f"batches of {BATCH}; baseline: the same rows by one multi-row INSERT each",
    )
    single = [seconds(lambda: _publish_one(people)) * 1000 for _ in range(ROUNDS[scale] * 5)]
    yield Measurement.of(
        "ledger", "publish_one", single, "ms", scale=scale, note="one transaction each, commit included"
    )


def _warm(people: Sequence[int]) -> None:
    _insert_plainly(people, -1)
    _publish_batch(people)


def _insert_plainly(people: Sequence[int], number: int) -> None:
    rows = [(people[i], "note.written", f"plain-{number}-{i}", _JSON) for i in range(BATCH)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLAIN + ", ".join([_ROW] * BATCH), [value for row in rows for value in row])


def _publish_batch(people: Sequence[int]) -> None:
    facts = [NoteWritten(contact_id=people[i], note_id=i, author="Ana", excerpt="Prefers mail") for i in range(BATCH)]
    with transaction.atomic():
        publish_many(facts)


def _publish_one(people: Sequence[int]) -> None:
    with transaction.atomic():
        publish(NoteWritten(contact_id=people[0], note_id=1, author="Ana", excerpt="Prefers mail"))


_JSON = '{"note_id": 1, "author": "Ana", "excerpt": "Prefers mail"}'

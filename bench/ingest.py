"""The tracking API through the whole WSGI application: batches of 100 by known customers, against the bare INSERT."""

import gzip
import io
import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction

from bench.measurement import Measurement, Scale, percentile, seconds
from crm.models import ApiKey, Event

REQUESTS = {"small": 60, "full": 600}
BATCH = 100
PEOPLE = 2_000


def measure(scale: Scale) -> Iterator[Measurement]:
    _, key = ApiKey.objects.issue(name="bench", scopes=["all"])
    application = get_wsgi_application()
    for number in range(PEOPLE // BATCH):  # makes the people, and warms up
        _send(application, key, _body(f"warm-{number}", number * BATCH))
    bodies = [_body(f"run-{number}", number * 37) for number in range(REQUESTS[scale])]
    times = [seconds(lambda body=body: _send(application, key, body)) for body in bodies]  # type: ignore[misc]
    baseline = BATCH / percentile([seconds(lambda n=n: _insert(n)) for n in range(REQUESTS[scale])], 0.5)  # type: ignore[misc]
    assert Event.objects.filter(message_id__startswith="run-").count() == REQUESTS[scale] * BATCH
    yield Measurement.single(
        "ingest",
        "events_per_second",
        REQUESTS[scale] * BATCH / sum(times),
        "events/s",
        scale=scale,
        n=REQUESTS[scale] * BATCH,
        baseline=baseline,
        note=f"one connection, gzip, batches of {BATCH}; baseline: the rows alone by one INSERT a batch",
    )
    yield Measurement.of("ingest", "batch_answer", [t * 1000 for t in times], "ms", scale=scale)


def _body(name: str, first: int) -> bytes:
    batch = [
        {
            "type": "track",
            "event": "Order Completed",
            "messageId": f"{name}-{n}",
            "userId": f"c-{(first + n) % PEOPLE + 1}",
            "timestamp": "2026-01-01T00:00:00Z",
            "properties": {"total": 40 + n, "currency": "EUR", "order_id": f"{name}-{n}"},
        }
        for n in range(BATCH)
    ]
    return gzip.compress(json.dumps({"batch": batch, "sentAt": "2026-01-01T00:00:01Z"}).encode(), 6)


def _send(application: Any, key: str, body: bytes) -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/v1/batch",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": "gzip",
        "HTTP_AUTHORIZATION": "Basic " + b64encode(f"{key}:".encode()).decode(),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }
    answered: list[str] = []
    b"".join(application(environ, lambda status, headers, error=None: answered.append(status)))
    assert answered == ["200 OK"], answered


_INSERT = """
INSERT INTO crm_event (contact_id, anonymous_id, name, source, message_id, channel, properties, depth, schema_version)
SELECT (SELECT min(id) FROM crm_contact), '', 'Order Completed', 'raw', %s || n, '', %s, 0, 1
FROM generate_series(1, %s) AS n"""


def _insert(number: int) -> None:
    told = json.dumps({"total": 40, "currency": "EUR", "order_id": "1"})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INSERT, [f"raw-{number}-", told, BATCH])

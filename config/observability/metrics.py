"""/metrics for Prometheus.

Requests are counted where they are served. The web server runs several processes, and a scrape reaches any one of
them, so their counters live in memory-mapped files that all of them can read (prometheus_client's multiprocess mode,
in the data directory). Everything else is read from PostgreSQL at the time of the scrape and needs no counting.
"""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

SHARED = Path(settings.DATA_DIR) / "metrics"
if settings.ROLE == "web":
    SHARED.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(SHARED)  # read by prometheus_client while it is imported

from prometheus_client import (  # noqa: E402
    REGISTRY,
    CollectorRegistry,
    Histogram,
    Metric,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: E402
from prometheus_client.registry import Collector  # noqa: E402

from config.observability import figures  # noqa: E402

disable_created_metrics()  # type: ignore[no-untyped-call] # a second series beside each, which nobody asks for
KEEP = 7 * 24 * 3600  # seconds that the counters of an ended process are still added up

requests = Histogram(
    "hilo_http_request_duration_seconds",
    "How long requests took, by page, method and class of answer.",
    ["view", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class FromDatabase(Collector):
    def collect(self) -> Iterable[Metric]:
        yield from _ledger()
        yield from _queues()
        yield from _ever()
        yield _labelled("hilo_deliveries", "Deliveries not settled, or failed.", "state", figures.open_deliveries())
        yield _labelled("hilo_inbound_items", "What came in and is not filed.", "state", figures.open_inbound())
        yield _labelled(
            "hilo_heartbeat_age_seconds", "Since a service was last seen.", "service", figures.heartbeat_ages()
        )
        yield GaugeMetricFamily(
            "hilo_oldest_writing_transaction_seconds", "Every consumer waits for it.", value=figures.oldest_writer()
        )
        yield GaugeMetricFamily(
            "hilo_tracking_refused_requests", "Refused by the tracking API lately.", value=figures.refused_lately()
        )
        yield GaugeMetricFamily("hilo_database_size_bytes", "Size of the database.", value=figures.database_bytes())


def _ledger() -> Iterator[Metric]:
    states = figures.consumers()
    for name, about, values in (
        ("unread_events", "Committed and not read, up to 10,000.", {state.name: state.unread for state in states}),
        ("retrying_events", "Failed, and tried again.", {state.name: state.retrying for state in states}),
        ("dead_letters", "Given up on, until somebody replays them.", {state.name: state.dead for state in states}),
        ("paused", "1 while an operator holds it.", {state.name: int(state.paused) for state in states}),
    ):
        yield _labelled(f"hilo_consumer_{name}", about, "consumer", values)
    lags = figures.lag_seconds()
    yield _labelled("hilo_consumer_lag_seconds", "How long the oldest unread event has waited.", "consumer", lags)


def _queues() -> Iterator[Metric]:
    queues = list(figures.queues())
    due = {queue.name: queue.due for queue in queues}
    yield _labelled("hilo_queue_due_rows", "Rows that could be worked on now, up to 10,000.", "queue", due)
    oldest = {queue.name: queue.oldest for queue in queues}
    yield _labelled("hilo_queue_oldest_seconds", "How long the most overdue row has waited.", "queue", oldest)


def _ever() -> Iterator[Metric]:
    """Counters that cost no counting: the sequences of the tables, with what was rolled back."""
    for name, about, table in (
        ("hilo_ledger_events", "Events written to the ledger.", "crm_event"),
        ("hilo_inbound_received", "Items received by channels.", "omnichannel_rawinbound"),
        ("hilo_delivery_attempts", "Attempts to send something.", "omnichannel_attempt"),
    ):
        yield CounterMetricFamily(name, about, value=figures.ever(table))


def _labelled(name: str, about: str, label: str, values: dict[str, int] | dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def page() -> bytes:
    """The text format. Requests of all web processes, whichever of them answers."""
    database = CollectorRegistry()
    database.register(FromDatabase())
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(database)
    _forget_old_files()
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return generate_latest(shared) + generate_latest(database)


def _forget_old_files() -> None:
    """A counter that goes down is a restart to Prometheus, so ended processes may be forgotten after a while."""
    for file in SHARED.glob("*.db"):
        if file.stat().st_mtime < time.time() - KEEP:
            file.unlink(missing_ok=True)

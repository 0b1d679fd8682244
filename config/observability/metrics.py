"""/metrics for Prometheus.

Requests are counted where they are served (config/observability/counted.py). Everything else is read from PostgreSQL at
the time of the scrape and needs no counting.
"""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from config.observability import counted, figures


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
    """The text format."""
    database = CollectorRegistry()
    database.register(FromDatabase())
    return counted.page() + generate_latest(database)

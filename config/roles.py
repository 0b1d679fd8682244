"""What the processes of the product do not share: how they reach the database, and how long they wait for a broker.

A page answers soon or not at all; its threads share a pool of connections, which forked processes must not. Workers
and listeners keep a connection each and may wait.
"""

from typing import Any

from config import env

PAGES = "web"
POOL = {"min_size": 1, "max_size": 8, "timeout": 10}  # seconds
KEPT_SECONDS = 60
LONGEST_QUERY = 10_000  # milliseconds; pages that know better say so themselves
PATIENT = {"socket_timeout": 5, "socket_connect_timeout": 5}
# A page's message to a worker is a hint, which the rows repeat.
IMPATIENT = {"socket_timeout": 0.5, "socket_connect_timeout": 0.25, "max_retries": 0}


def database(url: str, role: str) -> dict[str, Any]:
    """Django's settings. After a restart of the database no request pays for a connection that died with it."""
    common = env.database(url) | {"CONN_HEALTH_CHECKS": True}
    if role != PAGES:
        return common | {"CONN_MAX_AGE": KEPT_SECONDS}
    limit = env.statement_timeout(common["OPTIONS"], milliseconds=LONGEST_QUERY)
    return common | {"CONN_MAX_AGE": 0, "OPTIONS": {**common["OPTIONS"], **limit, "pool": POOL}}


def broker(url: str, role: str) -> dict[str, Any]:
    """Celery's transport options; RabbitMQ needs none."""
    if url.startswith("amqp"):
        return {}
    return {
        "visibility_timeout": 600,
        "priority_steps": list(range(10)),
        "queue_order_strategy": "priority",
        "sep": ":",
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    } | (IMPATIENT if role == PAGES else PATIENT)


def play(role: str) -> None:
    """For a process that was forked from one of another role, before its first connection. Django and Celery hold on to
    the same dictionaries, so these are changed and not replaced."""
    from django.conf import settings

    settings.ROLE = role
    settings.DATABASES["default"].update(database(settings.DATABASE_URL, role))
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    options.clear()
    options.update(broker(settings.CELERY_BROKER_URL, role))

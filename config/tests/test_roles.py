"""What web, worker and listeners do not share, and how a forked process takes its part."""

import pytest
from django.conf import settings

from config import roles

ADDRESS = "postgresql://db/hilo?sslmode=require&options=-c%20work_mem%3D8MB"
VALKEY = "redis://127.0.0.1:6379"


def test_pages_keep_what_the_address_says_beside_their_pool_and_their_limit() -> None:
    found = roles.database(ADDRESS, "web")

    assert found["OPTIONS"] == {
        "sslmode": "require",
        "options": "-c work_mem=8MB -c statement_timeout=10000",
        "pool": {"min_size": 1, "max_size": 8, "timeout": 10},
    }
    assert found["CONN_MAX_AGE"] == 0


@pytest.mark.parametrize("role", ["worker", "listeners", "manage"])
def test_others_keep_one_connection_each_and_take_their_time(role: str) -> None:
    found = roles.database(ADDRESS, role)

    assert found["OPTIONS"] == {"sslmode": "require", "options": "-c work_mem=8MB"}
    assert found["CONN_MAX_AGE"] == 60


def test_page_waits_half_a_second_for_a_broker_and_a_worker_five() -> None:
    assert roles.broker(VALKEY, "web")["socket_timeout"] == 0.5
    assert roles.broker(VALKEY, "worker")["socket_timeout"] == 5


def test_rabbitmq_gets_no_options_of_valkey() -> None:
    assert roles.broker("amqp://hilo@127.0.0.1//", "worker") == {}


def test_forked_process_plays_another_role_than_the_one_that_was_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    database = roles.database(settings.DATABASE_URL, "web") | {"ATOMIC_REQUESTS": False}  # Django adds its defaults
    broker = roles.broker(VALKEY, "web")
    monkeypatch.setattr(settings, "ROLE", "web")
    monkeypatch.setattr(settings, "CELERY_BROKER_URL", VALKEY)
    monkeypatch.setattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", broker)
    monkeypatch.setitem(settings.DATABASES, "default", database)

    roles.play("worker")

    assert settings.ROLE == "worker"
    assert database == roles.database(settings.DATABASE_URL, "worker") | {"ATOMIC_REQUESTS": False}
    assert broker == roles.broker(VALKEY, "worker")

"""What beat says when it cannot send."""

import logging
from typing import Any

import pytest
from celery.beat import ScheduleEntry
from celery.schedules import schedule as celery_schedule
from kombu import Connection

from config.celery import app
from config.periodic import Schedule
from kernel.breaker import Breaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule() -> Schedule:
    schedule = Schedule(app=app, lazy=True)
    schedule.told = Breaker()
    return schedule


def entry(task: str, **options: Any) -> ScheduleEntry:
    return ScheduleEntry(name=task, task=task, schedule=celery_schedule(1), app=app, **options)


def test_broker_that_is_away_is_one_sentence_however_many_tasks_are_due(
    schedule: Schedule, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody listens on the lowest port."""
    with Connection("redis://127.0.0.1:1", transport_options={"max_retries": 0}) as nowhere:
        for task in ("crm.tasks.heartbeat", "crm.tasks.drain_consumers"):
            schedule.apply_entry(entry(task), producer=app.amqp.Producer(nowhere, auto_declare=False))

    assert [(line.levelno, line.getMessage(), line.exc_info) for line in caplog.records] == [
        (logging.WARNING, "broker away; crm.tasks.heartbeat and others are sent when it is back", None)
    ]


def test_task_that_cannot_be_sent_for_another_reason_keeps_its_traceback(
    schedule: Schedule, caplog: pytest.LogCaptureFixture
) -> None:
    schedule.apply_entry(entry("crm.tasks.heartbeat", args=(object(),)))

    (line,) = caplog.records
    assert (line.levelno, line.getMessage()) == (logging.ERROR, "crm.tasks.heartbeat could not be sent")
    assert line.exc_info is not None

"""One message is enough for whatever is committed before its task starts."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from django.core.cache import cache

from kernel.breaker import Breaker
from kernel.wakeup import Wakeup, wake

app = Celery("waking", broker="memory://", set_as_current=False)
seen: list[bool] = []


@app.task(base=Wakeup)
def look() -> None:
    seen.append(wakes())


@app.task(base=Wakeup)
def look_elsewhere() -> None:
    pass


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("kernel.wakeup._broker", Breaker())
    cache.clear()
    _take_all()
    yield
    cache.clear()


def _take_all() -> list[str]:
    """The tasks whose messages wait at the broker."""
    names = []
    with app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue:
        while queue.qsize():
            message = queue.get_nowait()
            names.append(message.headers["task"])
            message.ack()
    return names


def wakes(task: Any = look) -> bool:
    """Does a wake-up at this moment send a message?"""
    wake(task)
    return task.name in _take_all()


def test_thousand_wakeups_are_one_message() -> None:
    for _ in range(1000):
        wake(look)

    assert _take_all() == [look.name]


def test_each_task_has_its_own() -> None:
    wake(look)

    assert wakes(look_elsewhere)


def test_what_is_committed_after_the_start_sends_another() -> None:
    assert wakes()
    assert not wakes()

    seen.clear()
    look.apply()

    assert seen == [True]


def test_lost_cache_sends_once_too_often_and_never_too_seldom() -> None:
    wake(look)
    cache.clear()

    assert wakes()

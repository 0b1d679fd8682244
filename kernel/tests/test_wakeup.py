"""One message is enough for whatever is committed before its task starts."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisAway

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


class Broken:
    """A task that cannot be sent."""

    name = "test.broken"

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked: list[dict[str, Any]] = []

    def apply_async(self, **options: Any) -> None:
        self.asked.append(options)
        raise self.error


@pytest.mark.parametrize("error", [OperationalError("away"), ConnectionRefusedError("away"), RedisAway("away")])
def test_broker_that_is_away_leaves_the_work_to_the_sweep(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """Whichever of its libraries says so; a request must not fail for a hint."""
    wake(Broken(error))

    assert caplog.messages == ["broker away; the sweep will do test.broken"]


def test_broker_that_comes_back_is_told_of_what_it_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message that was not sent is not taken for one that is under way."""
    broken = Broken(OperationalError("away"))
    wake(broken)
    monkeypatch.setattr("kernel.wakeup._broker", Breaker())

    wake(broken)

    assert len(broken.asked) == 2


def test_message_is_sent_once_at_once_or_not_at_all() -> None:
    """Celery would try again for a fifth of a second inside the request, and keep a result that nobody reads."""
    broken = Broken(OperationalError("away"))

    wake(broken)

    assert broken.asked == [{"ignore_result": True, "retry": False}]


def test_mistake_of_our_own_is_not_taken_for_a_broker_that_is_away() -> None:
    with pytest.raises(LookupError):
        wake(Broken(LookupError("no such queue")))

    assert wakes()

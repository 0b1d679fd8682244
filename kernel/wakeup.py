"""A Celery message that says "look at the table now". Never the data path: a sweep finds what lost ones left behind."""

import contextlib
import logging
from typing import Any

from celery import Task
from django.core.cache import cache
from kombu.exceptions import OperationalError

from kernel.breaker import Breaker

# A message that waited longer was lost, or stands behind long work: another one does no harm.
UNDER_WAY_SECONDS = 10

log = logging.getLogger(__name__)
_broker = Breaker()


class Wakeup(Task):  # type: ignore[type-arg]
    """`@shared_task(base=Wakeup)`: a task without arguments, whose start forgets the message that brought it. Whoever
    commits after that sends another; who committed before is seen by the queries that follow."""

    def before_start(self, *_: object) -> None:
        cache.delete(_hint(self))


def wake(task: Any) -> None:
    """Send a task, unless one that has not started is under way: thousands of events at once are one message.

    A broker that is away is logged, not raised: the sweep does the work.
    """
    if _broker.is_open or not cache.add(_hint(task), 1, UNDER_WAY_SECONDS):
        return
    try:
        task.apply_async(ignore_result=True, retry=False)
    except Exception as error:
        if not is_away(error):
            raise
        _away(task)


def is_away(error: BaseException | None) -> bool:
    """Is it the broker's? redis-py's own errors are not OSErrors, and kombu does not wrap all of them."""
    if isinstance(error, OperationalError | OSError):
        return True
    with contextlib.suppress(ImportError):
        from redis.exceptions import RedisError

        return isinstance(error, RedisError)
    return False


def _hint(task: Any) -> str:
    return f"under-way:{task.name}"


def _away(task: Any) -> None:
    _broker.trip()
    cache.delete(_hint(task))
    log.warning("broker away; the sweep will do %s", task.name)

"""A Celery message that says "look at the table now". Never the data path: a sweep finds what lost ones left behind."""

import contextlib
import logging
from typing import Any

from kombu.exceptions import OperationalError

from kernel.breaker import Breaker

log = logging.getLogger(__name__)
_broker = Breaker()


def wake(task: Any, *args: int) -> None:
    """Send a task with ids as its arguments. A broker that is away is logged, not raised: the sweep does the work."""
    if _broker.is_open:
        return
    try:
        task.apply_async(args=args, ignore_result=True, retry=False)
    except (OperationalError, OSError):
        _away(task)
    except Exception as error:  # redis-py's own errors are not OSErrors and kombu does not wrap all of them
        with contextlib.suppress(ImportError):
            from redis.exceptions import RedisError

            if isinstance(error, RedisError):
                _away(task)
                return
        raise


def _away(task: Any) -> None:
    _broker.trip()
    log.warning("broker away; the sweep will do %s", task.name)

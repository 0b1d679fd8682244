"""A Celery message that says "look at the table now". Never the data path: a sweep finds what lost ones left behind."""

import contextlib
import logging
from typing import Any

from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def wake(task: Any, *args: int) -> None:
    """Send a task with ids as its arguments. A broker that is away is logged, not raised: the sweep does the work."""
    try:
        task.apply_async(args=args, ignore_result=True, retry=False)
    except (OperationalError, OSError):
        log.warning("broker away; the sweep will do %s", task.name)
    except Exception as error:  # redis-py's own errors are not OSErrors and kombu does not wrap all of them
        with contextlib.suppress(ImportError):
            from redis.exceptions import RedisError

            if isinstance(error, RedisError):
                log.warning("broker away; the sweep will do %s", task.name)
                return
        raise

"""The cache holds hints, so a Valkey that is away or hangs costs one short wait in a while and never a page.

After a failure nobody asks for a few seconds (kernel/breaker.py): reads find nothing, writes are let go. What counts
attempts counts nothing then; whatever must hold is a row in PostgreSQL.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError
from redis.retry import Retry

from kernel.breaker import Breaker

log = logging.getLogger(__name__)

OPTIONS = {
    "socket_connect_timeout": 0.25,
    "socket_timeout": 0.5,
    # A pooled connection may be one that a restarted server has closed: once more, at once. The library's own default
    # waits between three tries, for seconds; a server that does not answer in time is not asked again.
    "retry": Retry(NoBackoff(), 1, supported_errors=(Disconnected,)),
}

_breakers: dict[str, Breaker] = {}  # by server; shared by the threads of a process, each of which has its own cache


class HintCache(RedisCache):
    """settings.CACHES: Django's own, which cannot fail."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        params["OPTIONS"] = {**OPTIONS, **params.get("OPTIONS", {})}
        super().__init__(server, params)
        self.breaker = _breakers.setdefault(server, Breaker())

    def _ask(self, question: Callable[..., Any], instead: Any, *args: Any) -> Any:
        if self.breaker.is_open:
            return instead
        try:
            return question(*args)
        except (RedisError, OSError) as error:
            self.breaker.trip()
            log.warning("the cache is away: %s", type(error).__name__)
            return instead

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._ask(super().add, True, key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._ask(super().get, default, key, default, version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._ask(super().set, None, key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._ask(super().touch, False, key, timeout, version))

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(self._ask(super().delete, False, key, version))

    def get_many(self, keys: Iterable[Any], version: Any = None) -> dict[Any, Any]:
        found: dict[Any, Any] = self._ask(super().get_many, {}, list(keys), version)
        return found

    def has_key(self, key: Any, version: Any = None) -> bool:
        return bool(self._ask(super().has_key, False, key, version))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """Without a server, as if this were the first. Raises ValueError for a key that does not exist."""
        return int(self._ask(super().incr, delta, key, delta, version))

    def set_many(self, data: dict[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> list[Any]:
        failed: list[Any] = self._ask(super().set_many, list(data), data, timeout, version)
        return failed

    def delete_many(self, keys: Iterable[Any], version: Any = None) -> None:
        self._ask(super().delete_many, None, list(keys), version)

    def clear(self) -> None:
        self._ask(super().clear, None)

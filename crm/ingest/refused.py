"""A request that is not taken in, with the sentence that its sender needs."""

from typing import Any


class Refused(Exception):
    def __init__(self, status: int, reason: str, *, retry_after: int = 0, **details: Any) -> None:
        self.status = status
        self.reason = reason
        self.retry_after = retry_after  # seconds
        self.details = details
        super().__init__(reason)

"""A program that claims rows does so in a name of its own at each start. The supervisor sees each of them die, so that
the next one need not wait for the leases of the last (kernel/lease.py)."""

import logging
import secrets
from collections import deque
from dataclasses import dataclass

HOLDER_BYTES = 6
REMEMBERED = 8  # starts; a lease ends by itself before there are more

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shift:
    """`before` are the holders that are dead by now."""

    holder: bytes = b""
    before: tuple[bytes, ...] = ()

    def begin(self) -> None:
        """In the process that claims, before it does. Without a database the leases end by themselves."""
        from django.db import OperationalError, connection

        from kernel import lease

        lease.hold_as(self.holder)
        try:
            freed = sum(map(lease.free, self.before))
        except OperationalError:
            log.warning("no database to free what the process before this one held")
        else:
            if freed:
                log.warning("freed what the process before this one held", extra={"rows": freed})
        finally:
            connection.close()  # those forked from here must not share it


ALONE = Shift()


class Shifts:
    """Of one program. Ask for the next when the last one and all that it started is killed."""

    def __init__(self) -> None:
        self._before: deque[bytes] = deque(maxlen=REMEMBERED)

    def next(self) -> Shift:
        shift = Shift(secrets.token_bytes(HOLDER_BYTES), tuple(self._before))
        self._before.append(shift.holder)
        return shift

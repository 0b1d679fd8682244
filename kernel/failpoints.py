"""Named places where a test kills the process: `FAILPOINT=after_provider_call:kill bin/up`.

Without the variable a failpoint costs one dictionary look-up.
"""

import os
import signal

_armed = dict(entry.split(":", 1) for entry in os.environ.get("FAILPOINT", "").split(",") if ":" in entry)


class Failpoint(RuntimeError):
    """Raised by a failpoint armed with `raise`."""


def failpoint(name: str) -> None:
    """`kill`: SIGKILL to this process, every time it gets here. `raise`: an exception."""
    action = _armed.get(name)
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "raise":
        raise Failpoint(name)

"""Which account runs the embedded servers.

PostgreSQL refuses to run as root, so under root both servers run as `nobody`; everybody else runs them as themselves.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from config.services.errors import ServiceError


@dataclass(frozen=True)
class Account:
    """The user and group that own the servers' files. `switch` is False when that is who we are already."""

    uid: int
    gid: int
    switch: bool

    def popen_options(self) -> dict[str, Any]:
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, path: Path) -> bool:
        """Asked of the system itself, because ACLs and mounts decide as well as mode bits."""
        if not self.switch:
            return True
        probe = subprocess.run(["test", "-x", str(path)], cwd="/", check=False, **self.popen_options())
        return probe.returncode == 0


@cache
def service_account() -> Account:
    """Raises ServiceError under root on a system without the account `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise ServiceError(
            "PostgreSQL does not run as root and this system has no account `nobody`: "
            "start Hilo as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
        ) from error
    return Account(nobody.pw_uid, nobody.pw_gid, switch=True)

"""The data directory: everything that an installation keeps, and nothing else, lives below it."""

import hashlib
import os
import shlex
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.services import room
from config.services.account import Account, service_account
from config.services.errors import ServiceError

REPOSITORY = Path(__file__).resolve().parents[2]
# sockaddr_un.sun_path holds 108 bytes with its closing NUL (unix(7)).
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"


def default_data_dir() -> Path:
    """`HILO_DATA`, else the usual one."""
    if chosen := os.environ.get("HILO_DATA"):
        return Path(chosen).absolute()
    return usual_data_dir()


def usual_data_dir() -> Path:
    """`.hilo/` in the repository.

    Root with a repository that the servers' account cannot reach (a clone in /root) gets a folder below /var/lib.
    """
    if service_account().can_reach(REPOSITORY):
        return REPOSITORY / ".hilo"
    return Path("/var/lib") / f"hilo-{_digest(REPOSITORY)}"


def addressed(command: str, data: Path) -> str:
    """As it is typed where HILO_DATA is not set, so that it works on this folder and not on the usual one."""
    return command if data == usual_data_dir() else f"HILO_DATA={shlex.quote(str(data))} {command}"


@dataclass(frozen=True)
class DataDirectory:
    root: Path
    account: Account

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def sockets(self) -> Path:
        """Deterministic, so that a later start finds a server that an earlier one left behind."""
        inside = self.root / "run"
        if len(os.fsencode(inside / LONGEST_SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return inside
        return Path(tempfile.gettempdir()) / f"hilo-{os.geteuid()}-{_digest(self.root)}"

    def lock(self, name: str) -> Path:
        return self.root / f"{name}.lock"


def prepare(root: Path) -> DataDirectory:
    """Make the folders. Raises ServiceError when they cannot be made, written or reached."""
    account = service_account()
    directory = DataDirectory(root.absolute(), account)
    try:
        _make(directory.root, account, for_account=False)
        _refuse_unreachable(directory)
        for folder in (directory.valkey, directory.logs, directory.sockets):
            _make(folder, account, for_account=folder != directory.logs)
    except OSError as error:
        raise ServiceError(_cannot_write(directory.root, error)) from error
    return directory


def _make(folder: Path, account: Account, *, for_account: bool) -> None:
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    details = folder.lstat()
    owners = {os.geteuid(), account.uid}
    if for_account and (not stat.S_ISDIR(details.st_mode) or details.st_uid not in owners):
        raise ServiceError(f"{folder} belongs to another user: remove it, or choose another folder with --data.")
    if made:
        # The servers' account only passes through the root folder; secrets.json in it stays unreadable.
        folder.chmod(0o711 if account.switch and not for_account else 0o700)
    if for_account:
        account.own(folder)


def _refuse_unreachable(directory: DataDirectory) -> None:
    if directory.account.can_reach(directory.root):
        return
    raise ServiceError(
        f"The account `nobody`, which runs PostgreSQL when Hilo is started by root, cannot reach {directory.root}: "
        "choose a folder outside private ones with --data (for example /var/lib/hilo), or start Hilo as another user."
    )


def _cannot_write(root: Path, error: OSError) -> str:
    if error.errno in room.NO_ROOM:
        return room.full(root)
    reason = (error.strerror or str(error)).lower()
    return f"Cannot write to the data directory {root} ({reason}): choose another folder with --data."


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]

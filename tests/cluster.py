"""A PostgreSQL data folder with a migrated database, made once for a set of migrations and copied for every server that
a test wants: migrating takes ten seconds of a processor, copying a tenth of one.

It lies below build/ and is made anew when the migrations, the packages or the PostgreSQL programs change. `python -m
tests.cluster` makes it; whoever comes without one makes it too.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.services import Services
from config.services.account import service_account

REPOSITORY = Path(__file__).resolve().parents[1]
MADE = REPOSITORY / "build" / "test-clusters"
KEPT = 3  # other branches, another PostgreSQL
DATABASE = "hilo"  # what Services creates and a product uses; tests copy theirs from it


def copy_into(data_dir: Path) -> None:
    """`data_dir` is one for Services or for a product, without a PostgreSQL folder so far."""
    with made() as cluster:
        subprocess.run(["cp", "-a", str(cluster / "postgres"), str(data_dir / "postgres")], check=True)


@contextmanager
def made() -> Iterator[Path]:
    """Its folder, which nobody throws away meanwhile."""
    MADE.mkdir(parents=True, exist_ok=True)
    with (MADE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cluster = MADE / _digest()
        if not cluster.exists():
            _forget_old_ones()
            _make(cluster)
        yield cluster


@contextmanager
def empty_folder() -> Iterator[Path]:
    """Where the servers' account can reach it: root's own TMPDIR may be closed to it, as pytest's tmp_path is."""
    account = service_account()
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    place = next(place for place in places if place.is_dir() and account.can_reach(place))
    folder = Path(tempfile.mkdtemp(prefix="hilo-test-", dir=place))
    folder.chmod(0o711 if account.switch else 0o700)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _forget_old_ones() -> None:
    for cluster in sorted(MADE.glob("*/"), key=lambda folder: folder.stat().st_mtime)[: -KEPT + 1]:
        shutil.rmtree(cluster)


def _make(cluster: Path) -> None:
    """Under another name first: a folder that exists is complete."""
    draft = cluster.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    with empty_folder() as folder:
        with Services(folder, fast=True) as services:
            ours = {"DATABASE_URL": services.database_url, "VALKEY_URL": services.valkey_url, "HILO_DATA": str(folder)}
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity=0"],
                cwd=REPOSITORY,
                env=os.environ | ours,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        subprocess.run(["cp", "-a", str(folder / "postgres"), str(draft / "postgres")], check=True)
    draft.rename(cluster)


def _digest() -> str:
    digest = hashlib.sha256(f"{os.environ.get('HILO_POSTGRES_BIN', '')} {os.geteuid()}".encode())
    for file in [REPOSITORY / "requirements.txt", *sorted(REPOSITORY.glob("*/migrations/*.py"))]:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__" and not os.environ.get("DATABASE_URL"):
    with made():
        pass

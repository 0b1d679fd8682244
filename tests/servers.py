"""The servers of a test run: a PostgreSQL and a Valkey for each parallel worker.

The ledger's commit horizon is the whole PostgreSQL server's, and channel layers talk across numbered databases: only
servers of its own keep a worker's consumers and real time apart.
"""

import os
import shutil
import tempfile
from pathlib import Path

from config.services import Services
from config.services.account import service_account

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
REPOSITORY = Path(__file__).resolve().parents[1]
_started: list[tuple[Services, Path]] = []


def start() -> None:
    """Point this process's environment at the servers. What the environment already names is used as it is."""
    os.environ.setdefault("HILO_TEST_RUN", str(os.getpid()))
    for name in ("DATABASE_URL", "VALKEY_URL"):
        _forget_the_controllers(name)
    folder = _folder()
    services = Services(folder, fast=True).start()
    _started.append((services, folder))
    os.environ["DATABASE_URL"] = _own_database(services.database_url)
    os.environ["VALKEY_URL"] = services.valkey_url
    os.environ["HILO_DATA"] = str(folder)
    os.environ["HILO_TESTING"] = "1"
    os.environ["HILO_LAYER_PREFIX"] = f"test-{os.environ['HILO_TEST_RUN']}-{WORKER or 'main'}"


def _forget_the_controllers(name: str) -> None:
    """A worker inherits what the controller started for itself; only what was named from outside is for all."""
    named = os.environ.setdefault(f"HILO_TEST_{name}", os.environ.get(name, ""))
    if WORKER and not named:
        os.environ.pop(name, None)


def load_django() -> None:
    """Settings stay out of the environment: a parallel worker would inherit them and load them too early."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    os.environ.pop("DJANGO_SETTINGS_MODULE")


def stop() -> None:
    while _started:
        services, folder = _started.pop()
        services.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    """Below a temporary folder that the servers' account can reach, which root's own TMPDIR may not be."""
    account = service_account()
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    place = next(place for place in places if place.is_dir() and account.can_reach(place))
    folder = Path(tempfile.mkdtemp(prefix="hilo-test-", dir=place))
    folder.chmod(0o711 if account.switch else 0o700)
    return folder


def _own_database(url: str) -> str:
    """The same server, a database that no other worker or run uses; subprocesses of tests inherit it."""
    address, _, query = url.partition("?")
    server, _, _ = address.rpartition("/")
    name = f"test_hilo_{os.environ['HILO_TEST_RUN']}_{WORKER or 'main'}"
    return f"{server}/{name}" + (f"?{query}" if query else "")

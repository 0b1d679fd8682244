"""The servers of a test run: one PostgreSQL for all parallel workers, one Valkey for each.

Channel layers talk across numbered databases, so only a server of its own keeps a worker's real time apart.
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
    external_valkey = os.environ.get("HILO_TEST_VALKEY", os.environ.get("VALKEY_URL", ""))
    os.environ["HILO_TEST_VALKEY"] = external_valkey
    if WORKER and not external_valkey:
        os.environ.pop("VALKEY_URL", None)
    folder = _folder()
    services = Services(folder, fast=True).start()
    _started.append((services, folder))
    os.environ["DATABASE_URL"] = _own_database(services.database_url)
    os.environ["VALKEY_URL"] = services.valkey_url
    os.environ["HILO_DATA"] = str(folder)
    os.environ["HILO_TESTING"] = "1"
    os.environ["HILO_LAYER_PREFIX"] = f"test-{os.environ['HILO_TEST_RUN']}-{WORKER or 'main'}"


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

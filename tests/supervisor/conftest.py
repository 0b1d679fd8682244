"""Data directories for servers and products that a test starts by itself."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.services.account import service_account
from tests.supervisor.product import Keeper, Product

# What the suite's own servers put into the environment; a product started with it would use them.
SUITES_OWN = ("DATABASE_URL", "VALKEY_URL", "BROKER_URL", "HILO_DATA", "HILO_TESTING", "HILO_LAYER_PREFIX")


@pytest.fixture
def data_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with empty_folder(monkeypatch) as folder:
        yield folder


@pytest.fixture(scope="module")
def keeper() -> Iterator[Keeper]:
    with pytest.MonkeyPatch.context() as environment, empty_folder(environment) as folder:
        keeper = Keeper(folder)
        yield keeper
        keeper.stop()


@pytest.fixture
def running(keeper: Keeper) -> Product:
    return keeper.running()


@contextmanager
def empty_folder(environment: pytest.MonkeyPatch) -> Iterator[Path]:
    """Not pytest's tmp_path: that lies in a folder that the servers' account may not enter."""
    for name in SUITES_OWN:
        environment.delenv(name, raising=False)
    folder = Path(tempfile.mkdtemp(prefix="hilo-data-", dir="/tmp"))
    folder.chmod(0o711 if service_account().switch else 0o700)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)

"""Data directories for servers and products that a test starts by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import cluster
from tests.supervisor.product import Keeper, Product

# What the suite's own servers put into the environment; a product started with it would use them.
SUITES_OWN = (
    "DATABASE_URL",
    "VALKEY_URL",
    "BROKER_URL",
    "HILO_DATA",
    "HILO_TESTING",
    "HILO_LAYER_PREFIX",
    "HILO_TEST_TEMPLATE",
)


@pytest.fixture
def data_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with empty_folder(monkeypatch) as folder:
        yield folder


@pytest.fixture
def made_dir(data_dir: Path) -> Path:
    """With the PostgreSQL folder of an earlier start."""
    cluster.copy_into(data_dir)
    return data_dir


@pytest.fixture(scope="module")
def keeper() -> Iterator[Keeper]:
    with pytest.MonkeyPatch.context() as environment, empty_folder(environment) as folder:
        cluster.copy_into(folder)
        keeper = Keeper(folder)
        yield keeper
        keeper.stop()


@pytest.fixture
def running(keeper: Keeper) -> Product:
    return keeper.running()


@contextmanager
def empty_folder(environment: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in SUITES_OWN:
        environment.delenv(name, raising=False)
    with cluster.empty_folder() as folder:
        yield folder

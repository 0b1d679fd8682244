"""Data directories for servers and products that a test starts by itself."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services.account import service_account


@pytest.fixture
def data_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Not pytest's tmp_path: that lies in a folder that the servers' account may not enter."""
    for name in ("DATABASE_URL", "VALKEY_URL", "HILO_DATA", "HILO_TESTING", "HILO_LAYER_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    folder = Path(tempfile.mkdtemp(prefix="hilo-data-", dir="/tmp"))
    folder.chmod(0o711 if service_account().switch else 0o700)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)

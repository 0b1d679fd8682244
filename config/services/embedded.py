"""Both servers as one thing to start and stop, for tests and for `bin/manage`. The supervisor runs them itself."""

import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from config.services import processes
from config.services.errors import ServiceError
from config.services.layout import DataDirectory, prepare
from config.services.postgres import Postgres
from config.services.server import Server
from config.services.valkey import Valkey

START_SECONDS = 60.0
STOP_SECONDS = 30.0
ORPHAN_SECONDS = 10.0


def servers(directory: DataDirectory, *, fast: bool = False) -> list[Server]:
    """Those that the environment does not replace."""
    embedded: list[Server] = []
    if not os.environ.get("DATABASE_URL"):
        embedded.append(Postgres(directory, fast=fast))
    if not os.environ.get("VALKEY_URL"):
        embedded.append(Valkey(directory, fast=fast))
    return embedded


class Services:
    """`fast` gives up durability for speed. `tied` makes the servers die with this process, however it ends."""

    def __init__(self, data_dir: Path, *, fast: bool = False, tied: bool = True) -> None:
        self.directory = prepare(data_dir)
        self.servers = servers(self.directory, fast=fast)
        self.tied = tied
        self.children: list[tuple[Server, subprocess.Popen[bytes]]] = []

    @property
    def database_url(self) -> str:
        return self._url("postgres") or os.environ["DATABASE_URL"]

    @property
    def valkey_url(self) -> str:
        return self._url("valkey") or os.environ["VALKEY_URL"]

    def _url(self, name: str) -> str:
        return next((server.url for server in self.servers if server.name == name), "")

    def start(self) -> Self:
        """Start what is not running yet. Raises ServiceError."""
        try:
            for server in self.servers:
                if not server.is_ready():
                    self._start(server)
            for server, child in self.children:
                self._wait(server, child)
                server.set_up()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        for server, child in reversed(self.children):
            processes.stop(child, server.stop_signal, STOP_SECONDS)
        self.children.clear()

    def _start(self, server: Server) -> None:
        shut_down(server)
        server.prepare()
        with self._log(server).open("wb") as log:
            child = processes.spawn(
                server.command(),
                account=self.directory.account,
                output=log,
                death_signal=server.stop_signal if self.tied else None,
            )
        self.children.append((server, child))

    def _wait(self, server: Server, child: subprocess.Popen[bytes]) -> None:
        processes.wait_until(lambda: server.is_ready() or child.poll() is not None, START_SECONDS)
        if child.poll() is not None or not server.is_ready():
            raise ServiceError(f"{server.name} did not start: {_reason(self._log(server))}")

    def _log(self, server: Server) -> Path:
        return self.directory.logs / f"{server.name}.log"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def shut_down(server: Server) -> None:
    """End servers of this data directory that an earlier, killed start left running."""
    if pids := processes.servers_in(server.folder, server.executable):
        processes.end(pids, server.stop_signal, ORPHAN_SECONDS)


def _reason(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "rror" in line]
    return (fatal or lines or ["it gave no reason"])[-1].strip()

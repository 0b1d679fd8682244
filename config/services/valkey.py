"""The embedded Valkey: broker, cache and channel layer on a Unix socket. Redis 7 takes the same options."""

import signal
import socket
from pathlib import Path
from urllib.parse import quote

from config.services import processes
from config.services.binaries import valkey_server
from config.services.layout import DataDirectory

SOCKET = "valkey.sock"
ANSWER_SECONDS = 1.0


class Valkey:
    name = "valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, directory: DataDirectory, *, fast: bool = False) -> None:
        self.directory = directory
        self.folder = directory.valkey
        self.fast = fast
        self.program = valkey_server(directory.account)
        self.executable = self.program.name.partition("-")[0]

    @property
    def socket(self) -> Path:
        return self.directory.sockets / SOCKET

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def prepare(self) -> None:
        if not processes.servers_in(self.folder, self.executable):
            self.socket.unlink(missing_ok=True)

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "no" if self.fast else "yes",
            "appendfsync": "everysec",
            "save": "",
            # Broker messages must never be evicted to make room; writes fail instead and the sweepers go on.
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        return [str(self.program), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def is_ready(self) -> bool:
        """False while it is not listening yet or still loading its file (-LOADING)."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(ANSWER_SECONDS)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def set_up(self) -> None:
        """Nothing to make: Valkey's databases exist by number."""

"""The command line of `bin/up`."""

import argparse
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from config.services import default_data_dir

MOST_WORKERS = 256
EVERYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True)
class Options:
    port: int
    host: str
    smtp_port: int
    data: Path
    demo: bool
    web_workers: int = 2

    @property
    def visitors_host(self) -> str:
        """Where a browser on this machine finds what listens on `host`."""
        host = "127.0.0.1" if self.host in EVERYWHERE else self.host
        return f"[{host}]" if ":" in host else host

    @property
    def url(self) -> str:
        return f"http://{self.visitors_host}:{self.port}/"

    def environment(self) -> dict[str, str]:
        """What follows from the command line, unless the environment says otherwise."""
        defaults = {"HILO_BASE_URL": self.url.rstrip("/"), "HILO_ALLOWED_HOSTS": ",".join(self._hosts())}
        return {name: os.environ.get(name) or value for name, value in defaults.items()}

    def _hosts(self) -> list[str]:
        """Beside loopback and the host of HILO_BASE_URL, which are always answered (config.env.hosts)."""
        return [socket.gethostname(), *_addresses()] if self.host in EVERYWHERE else [self.visitors_host]


def _addresses() -> list[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        return []
    return sorted({str(address[0]) for *_, address in found})


def parse(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="bin/up", description="Start Hilo. Ctrl-C stops everything.")
    parser.add_argument("--port", type=_port, default=8000, help="HTTP and WebSocket (default %(default)s)")
    parser.add_argument("--host", type=_host, default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--smtp-port", type=_port, default=2525, help="inbound mail (default %(default)s)")
    parser.add_argument("--data", type=Path, help="data directory (default HILO_DATA, else .hilo/)")
    parser.add_argument("--no-demo", action="store_true", help="start empty, without the demo company")
    given = parser.parse_args(arguments)
    workers = os.environ.get("HILO_WEB_WORKERS") or "2"
    if not workers.isdecimal() or not 0 < int(workers) <= MOST_WORKERS:
        parser.error(
            f"HILO_WEB_WORKERS is {workers}: choose a number of web processes from 1 to {MOST_WORKERS}, or unset it"
        )
    return Options(
        port=given.port,
        host=given.host,
        smtp_port=given.smtp_port,
        data=(given.data or default_data_dir()).absolute(),
        demo=not given.no_demo,
        web_workers=int(workers),
    )


def _host(text: str) -> str:
    """Servers take nothing for everything."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: name an address of this machine, or 0.0.0.0 for all of them")
    return text.strip()


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port: choose a number from 1 to 65535")
    return int(text)

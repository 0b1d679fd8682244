"""A whole product as an operator starts it, with eyes on its processes."""

import http.client
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

from config.services.environment import REPOSITORY
from config.services.processes import is_running, marked, servers_in, wait_until
from config.supervisor.holding import MARK
from tests.supervisor import free_port

READY_SECONDS = 90
STOP_SECONDS = 40


class Product:
    def __init__(
        self,
        data_dir: Path,
        *arguments: str,
        port: int | None = None,
        smtp_port: int | None = None,
        demo: bool = False,
    ) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.smtp_port = smtp_port or free_port()
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "config.supervisor", "--data", str(data_dir)),
                *("--port", str(self.port), "--smtp-port", str(self.smtp_port), *arguments),
                *([] if demo else ["--no-demo"]),
            ],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_until_ready(self) -> Self:
        assert wait_until(lambda: self.is_ready or self.process.poll() is not None, READY_SECONDS), self.output
        assert self.is_ready, self.output
        return self

    @property
    def is_ready(self) -> bool:
        return f"Ready: http://127.0.0.1:{self.port}/" in self.lines

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def pids(self, title: str = "") -> list[int]:
        """Every process of this product, or those whose command line holds the words of the title."""
        known = {*marked(MARK, str(self.data_dir)), *self._servers()}
        return sorted(pid for pid in known if title in command_line(pid))

    def _servers(self) -> list[int]:
        return [
            *servers_in(self.data_dir / "postgres", "postgres"),
            *servers_in(self.data_dir / "valkey", "valkey"),
            *servers_in(self.data_dir / "valkey", "redis"),
        ]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(STOP_SECONDS)
        self.reader.join(5)
        return code

    def kill_everything(self) -> None:
        victims = [self.process.pid, *self.pids()]
        for pid in victims:
            kill(pid)
        self.process.wait()
        assert wait_until(lambda: not any(is_running(pid) for pid in victims), 10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.stop()


def manage(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`bin/manage` on this data."""
    return subprocess.run(
        [sys.executable, "-m", "config.services.manage", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"HILO_DATA": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


class Keeper:
    """One data directory with a product that the tests of a module share, kill and start again on the same ports."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.product: Product | None = None

    def running(self) -> Product:
        if self.product is None or self.product.process.poll() is not None:
            self.start()
        assert self.product is not None
        return self.product

    def start(self) -> Product:
        """As an operator does after whatever happened; a start that does not get ready fails the test."""
        last = self.product
        self.product = Product(
            self.data_dir, port=last.port if last else None, smtp_port=last.smtp_port if last else None
        )
        return self.product.wait_until_ready()

    def stop(self) -> None:
        if self.product is not None and self.product.process.poll() is None:
            self.product.stop()


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""

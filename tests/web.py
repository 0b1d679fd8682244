"""The web process as `bin/up` runs it, in a process of its own on the test's database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from urllib.request import urlopen

from django.conf import settings

STARTS_WITHIN = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(**settings_of_its_own: str) -> Generator[str]:
    """The address of config.asgi under uvicorn, as `bin/up` runs it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "HILO_ROLE": "web", "HILO_BASE_URL": url, **settings_of_its_own}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    try:
        wait_until_it_answers(f"{url}/accounts/login/", process)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def wait_until_it_answers(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"{url} did not answer within {STARTS_WITHIN:.0f} s.")

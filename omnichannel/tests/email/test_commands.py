"""The listeners as processes of their own. Their database is not there."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "manage.py", *arguments]
        environment = os.environ | {"DATABASE_URL": "postgresql://hilo@/hilo?host=/nowhere"}
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdin=subprocess.DEVNULL, **options)
        started.append(process)
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def connected(port: int) -> smtplib.SMTP:
    deadline = time.monotonic() + 60
    while True:
        try:
            return smtplib.SMTP("127.0.0.1", port, timeout=20)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_smtp_listener_asks_to_come_again_without_a_database_and_stops_when_told(start: Start) -> None:
    port = free_port()
    process = start("smtp_listener", "--port", str(port))
    with connected(port) as client:
        client.ehlo()
        client.mail("ana@casa.example")
        assert client.rcpt("support@hilo.example")[0] == 451
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


def test_taken_port_is_said_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError) as caught:
            call_command("smtp_listener", port=port)
    assert str(caught.value).startswith(f"SMTP cannot listen on 127.0.0.1:{port} (")
    assert str(caught.value).endswith("Choose another port with --smtp-port.")


def test_imap_listener_outlives_a_missing_database_and_stops_when_told(start: Start) -> None:
    process = start("imap_listener", stderr=subprocess.PIPE)
    assert process.stderr is not None
    assert any(b"the mail accounts cannot be read now" in line for line in process.stderr)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0

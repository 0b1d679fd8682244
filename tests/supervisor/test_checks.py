"""What stands in the way of a start is said in one sentence that tells what to do."""

import errno
import os
import shutil
import socket
import sys
from pathlib import Path

import pytest

from config.services import ServiceError, room
from config.supervisor import checks
from config.supervisor.options import parse
from tests.supervisor import free_port


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """To name some in the environment; none is named."""
    for name in ("DATABASE_URL", "VALKEY_URL", "BROKER_URL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(
            ServiceError,
            match=rf"^Port {port} on 127\.0\.0\.1 is taken by another program: choose another one with --smtp-port\.$",
        ):
            checks.refuse_taken_port("127.0.0.1", port, "--smtp-port")


def test_free_port_is_fine() -> None:
    checks.refuse_taken_port("127.0.0.1", free_port(), "--port")


def test_address_of_another_machine_is_named() -> None:
    with pytest.raises(
        ServiceError,
        match=r"^Cannot listen on 192\.0\.2\.1 \(cannot assign requested address\): "
        r"choose an address of this machine with --host\.$",
    ):
        checks.refuse_taken_port("192.0.2.1", free_port(), "--port")


def test_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LEAST_FREE_BYTES", 1 << 62)

    with pytest.raises(
        ServiceError,
        match=r"^The disk that holds .*/not/there/hilo is full \(less than \d+ MB are free\): "
        r"free some space, or choose another folder with --data\.$",
    ):
        checks.refuse_full_disk(tmp_path / "not" / "there" / "hilo")


@pytest.mark.parametrize(("free", "refused"), [(200 << 20, False), ((200 << 20) - 1, True)])
def test_two_hundred_megabytes_are_enough_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, refused: bool
) -> None:
    room = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", {tmp_path: room}.__getitem__)  # the folder above that is there
    missing = tmp_path / "not" / "there"

    if refused:
        with pytest.raises(ServiceError, match=r"\(less than 200 MB are free\)"):
            checks.refuse_full_disk(missing)
    else:
        checks.refuse_full_disk(missing)


@pytest.mark.parametrize(("total", "writable"), [(0, True), (1 << 40, False)], ids=["/proc", "read only"])
def test_place_that_cannot_be_written_at_all_is_not_called_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: int, writable: bool
) -> None:
    disk = shutil.disk_usage(tmp_path)._replace(total=total, free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk)
    monkeypatch.setattr(os, "access", lambda *_: writable)

    checks.refuse_full_disk(tmp_path)


@pytest.mark.parametrize("taken", ["--port", "--smtp-port"])
def test_both_ports_are_tried(taken: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        given = {"--port": free_port(), "--smtp-port": free_port()} | {taken: port}

        with pytest.raises(ServiceError, match=f"^Port {port} .* with {taken}\\.$"):
            checks.ports(parse([f"{name}={number}" for name, number in given.items()]))


def test_port_that_a_former_start_has_just_left_is_free() -> None:
    """Its connections linger for a minute; an operator who restarts does not wait for them."""
    with socket.socket() as former:
        former.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        former.bind(("127.0.0.1", 0))
        former.listen()
        port = former.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            former.accept()[0].close()

    checks.refuse_taken_port("127.0.0.1", port, "--port")


def test_address_of_the_newer_internet_protocol_is_tried_as_such() -> None:
    with socket.socket(socket.AF_INET6) as other:
        try:
            other.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(ServiceError, match=f"^Port {port} on ::1 is taken by another program"):
            checks.refuse_taken_port("::1", port, "--port")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied"),
            "Port 80 needs more rights than this user has: choose one above 1023 with --port.",
        ),
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "Cannot listen on hilo.example (name or service not known): choose an address of this machine with --host.",
        ),
        (
            OSError("Out of luck"),
            "Cannot listen on hilo.example (out of luck): choose an address of this machine with --host.",
        ),
    ],
)
def test_port_that_cannot_be_had_says_why(error: OSError, sentence: str) -> None:
    assert checks._port_sentence(error, "hilo.example", 80, "--port") == sentence


def test_servers_of_the_environment_that_answer_pass(servers: pytest.MonkeyPatch) -> None:
    servers.setenv("BROKER_URL", "memory://")

    checks.refuse_unreachable_servers()


def test_server_of_the_environment_that_does_not_answer_is_one_sentence(servers: pytest.MonkeyPatch) -> None:
    servers.setenv("DATABASE_URL", "postgresql://hilo:secret@127.0.0.1:1/hilo")

    with pytest.raises(ServiceError, match=r"^The database at 127\.0\.0\.1:1 cannot be reached \(.*\)"):
        checks.refuse_unreachable_servers()


def test_start_that_names_no_servers_asks_nobody(servers: pytest.MonkeyPatch) -> None:
    servers.setattr(sys, "executable", "/nowhere/python")

    checks.refuse_unreachable_servers()


def test_check_that_cannot_run_is_a_sentence_all_the_same(tmp_path: Path, servers: pytest.MonkeyPatch) -> None:
    """As where Python itself is killed for want of memory."""
    silent = tmp_path / "python"
    silent.write_text("#!/bin/sh\nexit 9\n")
    silent.chmod(0o755)
    servers.setattr(sys, "executable", str(silent))
    servers.setenv("VALKEY_URL", "redis://127.0.0.1:1")

    with pytest.raises(ServiceError, match=r"^The servers could not be asked\.$"):
        checks.refuse_unreachable_servers()


def test_one_port_for_web_and_mail_is_refused() -> None:
    with pytest.raises(ServiceError, match=r"^--port and --smtp-port are both 8000: give each its own\.$"):
        checks.before_start(parse(["--port", "8000", "--smtp-port", "8000"]))


def test_variable_that_somebody_relies_on_in_vain_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_FILES_URL", "s3://elsewhere")

    with pytest.raises(
        ServiceError,
        match=r"^HILO_FILES_URL is set, but this version keeps files in its data directory only: unset it\.$",
    ):
        checks.before_start(parse([]))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("SENTRY_DSN", "SENTRY_DSN is set, but this version tells errors in its log only."),
        ("HILO_AI_URL", "HILO_AI_URL is set, but this version asks no model outside."),
        ("HILO_AI_KEY", "HILO_AI_KEY is set, but this version asks no model outside."),
        ("HILO_AI_MODEL", "HILO_AI_MODEL is set, but this version asks no model outside."),
    ],
)
def test_variable_that_changes_nothing_is_told(name: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "https://elsewhere.example")

    assert checks.not_heeded() == [sentence]


def test_every_variable_in_vain_is_told_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_DSN", "")
    monkeypatch.setenv("HILO_FILES_URL", "")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")

    checks.refuse_what_is_not_read()

    assert checks.not_heeded() == [
        "OTEL_EXPORTER_OTLP_ENDPOINT is set, but this version offers /metrics and exports no traces."
    ]


def test_wrong_settings_are_told_before_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first thing to mend is the one that costs nothing."""
    monkeypatch.setattr(room, "LEAST_FREE_BYTES", 1 << 62)

    with pytest.raises(ServiceError, match="give each its own"):
        checks.before_start(parse(["--port=1", "--smtp-port=1", f"--data={tmp_path}"]))
    with pytest.raises(ServiceError, match="is full"):
        checks.before_start(parse([f"--data={tmp_path}"]))

"""The command line of `bin/up` and what follows from it."""

import socket
from pathlib import Path

import pytest

from config.supervisor.options import parse


def test_defaults_are_those_of_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_DATA", "/srv/hilo")

    options = parse([])

    assert (options.host, options.port, options.smtp_port) == ("127.0.0.1", 8000, 2525)
    assert (options.data, options.demo) == (Path("/srv/hilo"), True)


def test_data_on_the_command_line_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_DATA", "/srv/hilo")

    assert parse(["--data", "/srv/other"]).data == Path("/srv/other")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:9000/"),
        ("0.0.0.0", "http://127.0.0.1:9000/"),
        ("::", "http://127.0.0.1:9000/"),
        ("::1", "http://[::1]:9000/"),
        ("10.1.2.3", "http://10.1.2.3:9000/"),
    ],
)
def test_url_is_one_that_a_browser_here_can_open(host: str, url: str) -> None:
    assert parse(["--host", host, "--port", "9000"]).url == url


def test_environment_wins_over_what_the_command_line_implies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_BASE_URL", "https://hilo.example.com")
    monkeypatch.delenv("HILO_ALLOWED_HOSTS", raising=False)

    environment = parse(["--host", "10.1.2.3"]).environment()

    assert environment["HILO_BASE_URL"] == "https://hilo.example.com"
    assert environment["HILO_ALLOWED_HOSTS"] == "10.1.2.3"


def test_product_on_all_addresses_answers_to_the_name_of_its_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HILO_ALLOWED_HOSTS", raising=False)

    assert socket.gethostname() in parse(["--host", "0.0.0.0"]).environment()["HILO_ALLOWED_HOSTS"].split(",")


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_impossible_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse([f"--port={port}"])

    assert f"{port} is no port: choose a number from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "many", "-1"])
def test_impossible_number_of_web_processes_is_refused(
    number: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HILO_WEB_WORKERS", number)

    with pytest.raises(SystemExit):
        parse([])

    assert f"HILO_WEB_WORKERS is {number}: choose a number of web processes from 1" in capsys.readouterr().err

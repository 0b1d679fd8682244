"""The command line of `bin/up` and what follows from it."""

import socket
from pathlib import Path
from typing import NoReturn

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


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "²", ""])
def test_impossible_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse([f"--port={port}"])

    assert f"{port} is no port: choose a number from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["", "  "])
def test_empty_address_does_not_open_the_product_to_everybody(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse([f"--host={host}"])

    assert "argument --host: it is empty: name an address of this machine, or 0.0.0.0" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "many", "-1", "²", "1.5", "257", "100000"])
def test_impossible_number_of_web_processes_is_refused(
    number: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HILO_WEB_WORKERS", number)

    with pytest.raises(SystemExit):
        parse([])

    assert (
        f"HILO_WEB_WORKERS is {number}: choose a number of web processes from 1 to 256, or" in capsys.readouterr().err
    )


@pytest.mark.parametrize("name", ["--port", "--smtp-port"])
@pytest.mark.parametrize("port", [1, 65535])
def test_first_and_last_port_are_possible(name: str, port: int) -> None:
    options = parse([name, str(port)])

    assert port in (options.port, options.smtp_port)


@pytest.mark.parametrize(("given", "number"), [("", 2), ("1", 1), ("256", 256)])
def test_operator_chooses_the_number_of_web_processes(given: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_WEB_WORKERS", given)

    assert parse([]).web_workers == number


def test_relative_data_directory_is_one_of_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the working folder of the processes."""
    monkeypatch.chdir(tmp_path)

    assert parse(["--data", "mine"]).data == tmp_path / "mine"


def test_start_without_the_demo_company_is_asked_for() -> None:
    assert not parse(["--no-demo"]).demo


def test_variable_that_is_empty_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_BASE_URL", "")
    monkeypatch.setenv("HILO_ALLOWED_HOSTS", "")

    assert parse(["--host", "::1", "--port", "9000"]).environment() == {
        "HILO_BASE_URL": "http://[::1]:9000",
        "HILO_ALLOWED_HOSTS": "[::1]",
    }


def test_hosts_of_the_operator_replace_those_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_ALLOWED_HOSTS", "crm.example")

    assert parse(["--host", "0.0.0.0"]).environment()["HILO_ALLOWED_HOSTS"] == "crm.example"


def addresses(*found: str) -> list[tuple[object, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_product_on_all_addresses_answers_to_each_of_them_once(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HILO_ALLOWED_HOSTS", raising=False)
    monkeypatch.setattr(socket, "gethostname", lambda: "machine")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: addresses("192.0.2.7", "10.0.0.7", "192.0.2.7"))

    assert parse(["--host", host]).environment()["HILO_ALLOWED_HOSTS"] == "machine,10.0.0.7,192.0.2.7"


def test_machine_that_does_not_know_its_own_name_still_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.delenv("HILO_ALLOWED_HOSTS", raising=False)
    monkeypatch.setattr(socket, "gethostname", lambda: "machine")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert parse(["--host", "0.0.0.0"]).environment()["HILO_ALLOWED_HOSTS"] == "machine"

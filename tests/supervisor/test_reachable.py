"""Servers named by the environment: what is said of one that does not answer, and what is never repeated."""

import os
import re

import psycopg
import pytest

from config.supervisor import reachable

NAMES = ("DATABASE_URL", "VALKEY_URL", "BROKER_URL")
REFUSED = 'connection failed: connection to server at "127.0.0.1", port 1 failed: Connection refused'


@pytest.fixture
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def suites_database() -> str:
    """The suite's server, whether or not this worker's own database was made yet."""
    address, _, query = os.environ["DATABASE_URL"].partition("?")
    return f"{address.rpartition('/')[0]}/postgres?{query}"


def test_database_that_answers_leaves_nothing_to_say() -> None:
    assert reachable.database(suites_database()) == ""


def test_database_that_refuses_is_named_with_the_reason_and_what_to_check() -> None:
    assert reachable.database("postgresql://hilo:secret@127.0.0.1:1/hilo") == (
        f"The database at 127.0.0.1:1 cannot be reached ({REFUSED}): check DATABASE_URL and that server."
    )


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://hilo:secret@[::1]:1/hilo", "[::1]:1"),
        ("postgresql://hilo:secret@/hilo?host=/nowhere", "/nowhere"),
        ("postgresql://hilo@/hilo?host=/nowhere&password=secret", "/nowhere"),
        ("postgresql:///hilo?password=secret&host=/nowhere&port=1", "/nowhere:1"),
        ("host=/nowhere user=hilo password='my secret' port=1", "/nowhere:1"),
        ("host=/nowhere password=secret", "/nowhere"),
    ],
)
def test_password_is_not_repeated_however_the_address_is_written(url: str, place: str) -> None:
    sentence = reachable.database(url)

    assert sentence.startswith(f"The database at {place} cannot be reached (")
    assert "secret" not in sentence


@pytest.mark.parametrize(
    "url", ["mysql://hilo:secret@127.0.0.1/hilo", "secret", "postgresql://[::1/secret", "postgresql://h/d?secret=1"]
)
def test_what_is_no_database_address_is_not_repeated_at_all(url: str) -> None:
    assert reachable.database(url) == (
        "DATABASE_URL is not a PostgreSQL address: write it as postgresql://user:password@host:5432/name."
    )


def test_database_that_does_not_exist_is_named_by_its_server() -> None:
    sentence = reachable.database(suites_database().replace("/postgres?", "/no_such_database?"))

    assert 'database "no_such_database" does not exist' in sentence
    assert sentence.endswith("): check DATABASE_URL and that server.")


@pytest.mark.parametrize("newer", [0, 1])
def test_database_that_is_too_old_is_told_its_version_and_the_oldest_that_serves(
    monkeypatch: pytest.MonkeyPatch, newer: int
) -> None:
    with psycopg.connect(suites_database()) as connection:
        version = connection.info.server_version
    monkeypatch.setattr(reachable, "OLDEST_POSTGRES", version + newer)

    sentence = reachable.database(suites_database())

    told = rf"The database at \S+ is PostgreSQL {version // 10_000}: Hilo needs 15 or newer\."
    assert re.fullmatch(told if newer else "", sentence)


def test_valkey_that_answers_leaves_nothing_to_say() -> None:
    assert reachable.valkey(os.environ["VALKEY_URL"]) == ""


@pytest.mark.parametrize(
    ("url", "place", "reason"),
    [
        (
            "redis://hilo:secret@127.0.0.1:1/0",
            "127.0.0.1:1",
            "Error 111 connecting to 127.0.0.1:1. Connection refused",
        ),
        (
            "unix:///nowhere/valkey.sock?password=secret",
            "/nowhere/valkey.sock",
            "Error 2 connecting to /nowhere/valkey.sock. No such file or directory",
        ),
    ],
)
def test_valkey_that_does_not_answer_is_named_with_the_reason(url: str, place: str, reason: str) -> None:
    assert reachable.valkey(url) == f"Valkey at {place} cannot be reached ({reason}): check VALKEY_URL and that server."


@pytest.mark.parametrize("url", ["carrot", "http://127.0.0.1", "redis://127.0.0.1:port", "redis://[::1"])
def test_what_is_no_address_of_valkey_is_told_how_to_write_one(url: str) -> None:
    assert reachable.valkey(url) == (
        "VALKEY_URL is not a Valkey or Redis address: write it as redis://host:6379 or unix:///path/valkey.sock."
    )


def test_broker_that_answers_leaves_nothing_to_say() -> None:
    assert reachable.broker("memory://") == ""


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("amqp://guest:secret@127.0.0.1:1//", "127.0.0.1:1 cannot be reached ([Errno 111] Connection refused)"),
        ("nonsense://key:secret@", "the address given cannot be reached ('No such transport: nonsense')"),
        ("amqp://[::1", "the address given cannot be reached (Invalid IPv6 URL)"),
    ],
)
def test_broker_that_cannot_be_asked_is_one_sentence_whatever_is_wrong(url: str, sentence: str) -> None:
    assert reachable.broker(url) == f"The broker at {sentence}: check BROKER_URL."


@pytest.mark.usefixtures("nothing_named")
def test_start_that_names_no_servers_asks_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert reachable.main() == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("nothing_named")
def test_first_server_that_does_not_answer_is_the_one_that_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VALKEY_URL", "carrot")
    monkeypatch.setenv("BROKER_URL", "nonsense://")

    assert reachable.main() == 1
    assert capsys.readouterr() == ("", reachable.valkey("carrot") + "\n")


@pytest.mark.usefixtures("nothing_named")
@pytest.mark.parametrize("name", NAMES)
def test_each_kind_of_server_is_asked(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, "nonsense://127.0.0.1:1")

    assert reachable.main() == 1
    assert name in capsys.readouterr().err

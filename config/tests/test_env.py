"""What environment variables become."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from config import env

LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]


def setting(name: str, **environment: str) -> str:
    """As a process that was started with this environment has it."""
    answer = subprocess.run(
        [sys.executable, "-c", f"from config import settings; print(settings.{name})"],
        cwd=django_settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip()


def test_hosts_of_the_operator_come_beside_loopback_and_the_own_address() -> None:
    hosts = setting("ALLOWED_HOSTS", HILO_ALLOWED_HOSTS="a.example,b.example", HILO_BASE_URL="https://crm.example:8443")

    assert hosts == str([*LOOPBACK, "crm.example", "a.example", "b.example"])


def test_templates_are_read_for_each_page_where_somebody_changes_them() -> None:
    loaders = setting("TEMPLATES[0]['OPTIONS']['loaders']", HILO_DEBUG="1")

    assert "filesystem" in loaders
    assert "cached" not in loaders


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://crm.example", ["crm.example"]), ("http://[fd00::7]:9000", ["[fd00::7]"]), ("http://127.0.0.1:1", [])],
)
def test_own_address_is_answered_without_being_listed(url: str, host: list[str]) -> None:
    assert env.hosts([], url) == LOOPBACK + host


@pytest.mark.django_db(transaction=True)
def test_monitor_on_this_machine_is_answered_whichever_hosts_the_operator_lists(
    client: Client, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = env.hosts(["crm.example"], "http://127.0.0.1:8000")

    answers: dict[str, Any] = {
        host: client.get("/readyz", headers={"Host": host}).status_code
        for host in ("127.0.0.1:8000", "crm.example", "elsewhere.example")
    }

    # The tests have no worker: 503 is an answer, 400 is a refusal.
    assert answers == {"127.0.0.1:8000": 503, "crm.example": 503, "elsewhere.example": 400}


def test_every_word_of_the_databases_address_reaches_django() -> None:
    found = env.database("postgresql://crm:p%40ss@db.example:6432/hilo?sslmode=verify-full&sslrootcert=/etc/ca%20s.pem")

    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "hilo",
        "USER": "crm",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "verify-full", "sslrootcert": "/etc/ca s.pem"},
    }


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgresql://hilo@/hilo?host=/run/hilo%20one", "/run/hilo one", ""),
        ("postgresql://hilo@one.example,two.example:6432/hilo", "one.example,two.example", ",6432"),
        ("postgresql:///hilo?user=hilo&host=db.example&port=6432", "db.example", "6432"),
    ],
)
def test_host_of_the_database_may_be_a_folder_or_several(url: str, host: str, port: str) -> None:
    found = env.database(url)

    assert (found["NAME"], found["USER"], found["HOST"], found["PORT"]) == ("hilo", "hilo", host, port)
    assert found["OPTIONS"] == {}


@pytest.mark.parametrize(
    "url", ["mysql://hilo:secret@db.example/hilo", "postgresql://hilo:secret@db/hilo?sslmod=require"]
)
def test_what_is_no_address_of_a_database_is_said_without_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL is not a PostgreSQL address") as refused:
        env.database(url)

    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    ("said", "meant"),
    [("1", True), ("true", True), ("YES", True), ("On", True), ("0", False), ("no", False), ("maybe", False)],
)
def test_a_switch_is_on_by_the_words_for_it_alone(monkeypatch: pytest.MonkeyPatch, said: str, meant: bool) -> None:
    monkeypatch.setenv("HILO_TEST", said)

    assert env.flag("HILO_TEST", default=not meant) is meant


@pytest.mark.parametrize("said", [None, ""])
def test_what_is_not_said_or_empty_is_the_default(monkeypatch: pytest.MonkeyPatch, said: str | None) -> None:
    monkeypatch.delenv("HILO_TEST", raising=False)
    if said is not None:
        monkeypatch.setenv("HILO_TEST", said)

    assert (env.text("HILO_TEST"), env.text("HILO_TEST", "x")) == ("", "x")
    assert (env.flag("HILO_TEST"), env.flag("HILO_TEST", default=True)) == (False, True)
    assert (env.words("HILO_TEST"), env.words("HILO_TEST", "a,b")) == ([], ["a", "b"])
    assert env.days("HILO_TEST") == {}


def test_words_stand_between_commas_with_or_without_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_TEST", " a.example ,b.example,, ")

    assert env.words("HILO_TEST") == ["a.example", "b.example"]


def test_days_that_are_no_number_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_TEST", "refused=many")

    with pytest.raises(ValueError, match="many"):
        env.days("HILO_TEST")


@pytest.mark.parametrize(
    ("url", "cache"),
    [
        ("redis://h:6379/0", "redis://h:6379/1"),
        ("redis://h", "redis://h/1"),
        ("rediss://u:p@h:6379/0?ssl_cert_reqs=none", "rediss://u:p@h:6379/1?ssl_cert_reqs=none"),
        ("unix:///run/v.sock", "unix:///run/v.sock?db=1"),
        ("unix:///run/v.sock?db=0", "unix:///run/v.sock?db=1"),
    ],
)
def test_the_cache_is_another_database_of_the_same_server(url: str, cache: str) -> None:
    assert env.valkey(url, 1) == cache


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("redis://h:6379/0", "redis://h:6379/0"),
        ("amqp://guest@rabbit//", "amqp://guest@rabbit//"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0"),
        ("unix:///run/v.sock?db=3", "redis+socket:///run/v.sock?virtual_host=0"),
    ],
)
def test_the_address_of_the_broker_is_spelled_as_its_library_wants_it(url: str, broker: str) -> None:
    assert env.broker(url) == broker


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ({}, "-c statement_timeout=700"),
        ({"sslmode": "require"}, "-c statement_timeout=700"),
        ({"options": "-c work_mem=8MB"}, "-c work_mem=8MB -c statement_timeout=700"),
    ],
)
def test_a_limit_on_statements_comes_beside_what_the_address_says(given: dict[str, str], options: str) -> None:
    assert env.statement_timeout(given, milliseconds=700) == {"options": options}

"""What environment variables become."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as django_settings
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

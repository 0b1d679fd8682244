"""Variables that cannot be what was meant: refused before anything starts, by their name and with what to write."""

import subprocess
import sys

import pytest
from django.conf import settings

from config.services import ServiceError, variables
from config.services.environment import REPOSITORY
from config.services.variables import refuse_impossible

KEY = "k1:" + "A" * 43 + "="


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HILO_BASE_URL", "https://crm.example.com:8443/hilo"),
        ("HILO_BASE_URL", "http://[fd00::7]:8000"),
        ("HILO_SMTP_URL", "smtp://me%40casa.example:p%3Aw@mail.example:587?security=starttls"),
        ("HILO_SMTP_URL", "smtps://mail.example"),
        ("HILO_TIME_ZONE", "America/Argentina/Buenos_Aires"),
        ("HILO_LOG_LEVEL", "DEBUG"),
        ("HILO_KEEP_DAYS", "refused=30, sessions=0"),
        ("HILO_TRUSTED_PROXIES", "0"),
        ("HILO_OIDC", '[{"provider_id": "casa"}]'),
        ("HILO_FIELD_KEYS", f"{KEY},{KEY}"),
        ("HILO_SECRET_KEY", "k" * 32),
        ("HILO_SECRET_KEY", ""),
        ("HILO_LOG_LEVEL", ""),
    ],
)
def test_what_is_meant_so_passes(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)

    refuse_impossible()
    monkeypatch.setenv(name, "?")  # the variable is looked at
    with pytest.raises(ServiceError, match=f"^{name} is "):
        refuse_impossible()


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("HILO_BASE_URL", "foo", "write the address that people use"),
        ("HILO_BASE_URL", "ftp://crm.example", "write the address that people use"),
        ("HILO_BASE_URL", "https://", "write the address that people use"),
        ("HILO_BASE_URL", "https://crm.example:notaport", "write the address that people use"),
        ("HILO_TIME_ZONE", "Mars/Base", "write a name of the tz database"),
        ("HILO_TIME_ZONE", "../etc/passwd", "write a name of the tz database"),
        ("HILO_LOG_LEVEL", "LOUD", "choose DEBUG, INFO, WARNING or ERROR"),
        ("HILO_KEEP_DAYS", "banana", "write whole days by name"),
        ("HILO_KEEP_DAYS", "refused=soon", "write whole days by name"),
        ("HILO_KEEP_DAYS", "events=3", "names: idempotency, refused, account_mails, sessions"),
        ("HILO_TRUSTED_PROXIES", "-1", "write how many proxies stand in front"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_with_its_name(
    name: str, value: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ServiceError) as refused:
        refuse_impossible()

    assert str(refused.value).startswith(f"{name} is {value}, which cannot be used: ")
    assert advice in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("HILO_SMTP_URL", value) for value in ("http://me:secret@h", "secret", "smtp://h:secret", "smtp://:secret@")),
        ("HILO_SMTP_URL", "smtp://h?security=secret"),
        *(("HILO_OIDC", value) for value in ("secret", '{"secret": 1}', '["secret"]')),
        *(("HILO_SECRET_KEY", value) for value in ("secret", "a secret" + " " * 30, "secret" * 5)),
        *(("HILO_FIELD_KEYS", value) for value in ("secret", "k:secret", KEY + ",secret")),
    ],
)
def test_what_may_hold_a_secret_is_not_repeated(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ServiceError, match=f"^{name} is set, which cannot be used: write ") as refused:
        refuse_impossible()

    assert "secret" not in str(refused.value)


def test_days_are_kept_of_what_the_settings_know() -> None:
    assert set(variables.KEPT) == set(settings.KEEP_DAYS)


def test_command_refuses_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_TIME_ZONE", "Mars/Base")

    answer = subprocess.run(
        [sys.executable, "-m", "config.services.manage", "help"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        "HILO_TIME_ZONE is Mars/Base, which cannot be used: write a name of the tz database, such as Europe/Madrid.\n"
    )

"""Variables that cannot be what was meant: refused before anything starts, by their name and with what to write."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config.services import ServiceError, variables
from config.services.environment import REPOSITORY
from config.services.variables import refuse_impossible

PROVIDER = {"provider_id": "casa", "client_id": "hilo", "settings": {"server_url": "https://id.casa.example"}}
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
        ("HILO_OIDC", json.dumps([PROVIDER])),
        ("HILO_OIDC", json.dumps([PROVIDER | {"secret": "s", "name": "Casa"}])),
        ("HILO_OIDC", "[]"),
        ("HILO_KEEP_DAYS", "idempotency=36500"),
        ("HILO_ALLOWED_HOSTS", "crm.example.com, .example.org,[fd00::7],10.0.0.7,localhost"),
        ("HILO_ALLOWED_HOSTS", "*"),
        ("HILO_MAIL_DOMAIN", "mail.casa-lumbre.example"),
        ("HILO_MAIL_DOMAIN", "xn--casa-lumbre-9db.es"),
        ("HILO_LOG", "console"),
        ("HILO_PHONE_REGION", "GB"),
        ("HILO_EGRESS_ALLOW_PRIVATE", "10.0.0.7:8080, keycloak:443,fd00::7:65535"),
        ("HILO_SESSION_COOKIE", "hilo_2.session"),
        ("HILO_CSRF_COOKIE", "hilo-csrf"),
        ("HILO_VALKEY_SERVER", sys.executable),
        ("HILO_VALKEY_SERVER", "sh"),
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
        ("HILO_KEEP_DAYS", "idempotency=36501", "write whole days by name, up to 36500, as"),
        ("HILO_KEEP_DAYS", "idempotency=99999999999", "write whole days by name"),
        ("HILO_ALLOWED_HOSTS", "http://a b", "write host names alone"),
        ("HILO_ALLOWED_HOSTS", "crm.example:8000", "write host names alone"),
        ("HILO_ALLOWED_HOSTS", "[crm]", "write host names alone"),
        ("HILO_MAIL_DOMAIN", "a b", "write the domain of a mail address"),
        ("HILO_MAIL_DOMAIN", "me@casa.example", "write the domain of a mail address"),
        ("HILO_MAIL_DOMAIN", "casa..example", "write the domain of a mail address"),
        ("HILO_LOG", "xml", "choose json or console"),
        ("HILO_PHONE_REGION", "ZZ", "write the two capital letters"),
        ("HILO_PHONE_REGION", "es", "write the two capital letters"),
        ("HILO_EGRESS_ALLOW_PRIVATE", "zzz", "write host:port pairs"),
        ("HILO_EGRESS_ALLOW_PRIVATE", "10.0.0.7:0", "write host:port pairs"),
        ("HILO_EGRESS_ALLOW_PRIVATE", "10.0.0.7:65536", "write host:port pairs"),
        ("HILO_EGRESS_ALLOW_PRIVATE", "http://10.0.0.7:80", "write host:port pairs"),
        ("HILO_SESSION_COOKIE", "a b;", "choose letters, digits"),
        ("HILO_CSRF_COOKIE", "ñ", "choose letters, digits"),
        ("HILO_POSTGRES_BIN", "/nonexist", "write the whole path of a folder with postgres"),
        ("HILO_POSTGRES_BIN", "/bin", "write the whole path of a folder with postgres"),
        ("HILO_VALKEY_SERVER", "/nonexist", "write the whole path of a server program"),
        ("HILO_VALKEY_SERVER", "/tmp", "write the whole path of a server program"),
        ("HILO_VALKEY_SERVER", "bin/up", "write the whole path of a server program"),
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
        *(("HILO_OIDC", value) for value in ("secret", '{"secret": 1}', '["secret"]', '[{"provider_id": "secret"}]')),
        *(("HILO_OIDC", json.dumps([PROVIDER | {name: "", "name": "secret"}])) for name in PROVIDER),
        *(("HILO_SECRET_KEY", value) for value in ("secret", "a secret" + " " * 30, "secret" * 5)),
        *(("HILO_FIELD_KEYS", value) for value in ("secret", "k:secret", KEY + ",secret")),
    ],
)
def test_what_may_hold_a_secret_is_not_repeated(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ServiceError, match=f"^{name} is set, which cannot be used: write ") as refused:
        refuse_impossible()

    assert "secret" not in str(refused.value)


def test_folder_with_programs_of_postgresql_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("postgres", "initdb", "psql", "pg_isready"):
        program = tmp_path / name
        program.touch(mode=0o755)
    monkeypatch.setenv("HILO_POSTGRES_BIN", str(tmp_path))

    refuse_impossible()
    program.chmod(0o644)
    with pytest.raises(ServiceError, match=r"^HILO_POSTGRES_BIN is "):
        refuse_impossible()


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

"""Bookkeeping is forgotten when it is old, in small batches, and nothing else is."""

from datetime import datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config import env, retention
from crm.models import AccountMail, IdempotencyRecord, RefusedEvents
from crm.tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_old_bookkeeping_goes_and_young_stays() -> None:
    for days in (6, 8):
        IdempotencyRecord.objects.create(actor="a", key=str(days), created_at=ago(days))
    for days in (13, 15):
        RefusedEvents.objects.create(status=400, reason=str(days), hour=NOW, last_at=ago(days))
    for days in (29, 31):
        AccountMail.objects.create(address=f"{days}@hilo.example", created_at=ago(days))
    Session.objects.create(session_key="over", expire_date=ago(1))
    Session.objects.create(session_key="open", expire_date=NOW + timedelta(days=1))

    gone = retention.forget_old()

    assert gone == {"idempotency": 1, "refused": 1, "account_mails": 1, "sessions": 1, "browsers": 0}
    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["6"]
    assert list(RefusedEvents.objects.values_list("reason", flat=True)) == ["13"]
    assert list(AccountMail.objects.values_list("address", flat=True)) == ["29@hilo.example"]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


def test_browser_is_forgotten_with_its_session(client: Client) -> None:
    colleague = factories.user("agent")
    client.force_login(colleague)
    key = client.session.session_key
    for name in (key, "gone"):
        UserSession.objects.create(
            user=colleague, session_key=name, ip="127.0.0.1", last_seen_at=ago(1), created_at=ago(1), data={}
        )

    assert retention.forget_old()["browsers"] == 1

    assert list(UserSession.objects.values_list("session_key", flat=True)) == [key]


def test_deleting_goes_in_batches_and_stops_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "BATCHES", 2)
    records = [IdempotencyRecord(actor="a", key=str(n), created_at=ago(9)) for n in range(5)]
    IdempotencyRecord.objects.bulk_create(records)

    assert [retention.forget_old()["idempotency"] for _ in range(3)] == [4, 1, 0]


def test_days_are_the_operators_choice(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_KEEP_DAYS", "refused=30, idempotency=1")
    assert env.days("HILO_KEEP_DAYS") == {"refused": 30, "idempotency": 1}
    settings.KEEP_DAYS = settings.KEEP_DAYS | {"idempotency": 10}
    IdempotencyRecord.objects.create(actor="a", key="k", created_at=ago(9))

    assert retention.forget_old()["idempotency"] == 0

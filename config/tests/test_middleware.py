"""What every request passes through."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from crm.tests.factories import contact, user

pytestmark = pytest.mark.django_db


def test_session_is_noted_once_a_minute_and_not_at_every_page() -> None:
    client = Client()
    client.force_login(user("agent"))
    client.get("/contacts/")
    noted = UserSession.objects.get().last_seen_at
    client.get("/contacts/")
    assert UserSession.objects.get().last_seen_at == noted

    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=2))
    client.get("/contacts/")
    assert UserSession.objects.get().last_seen_at > noted


@pytest.mark.parametrize(
    "address",
    [
        "/contacts/{}/?channel=%00",
        "/contacts/{}/thread/?channel=%%0000",
        "/admin/crm/contact/?language=%00",
        "/admin/crm/contact/?%00=1",
        "/admin/autocomplete/?term=%00&app_label=crm&model_name=contact&field_name=company",
    ],
)
def test_nul_is_not_asked_for(address: str) -> None:
    client = Client()
    client.force_login(user("admin", is_superuser=True))

    assert client.get(address.format(contact().pk), follow=True).status_code == 200


def test_stranger_leaves_no_session() -> None:
    Client().get("/accounts/login/")
    assert not UserSession.objects.exists()

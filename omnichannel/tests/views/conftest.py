"""Signed-in browsers for the tests of views."""

from collections.abc import Callable

import pytest
from django.test import Client

from crm.models import User
from omnichannel.tests.factories import make_user

SignIn = Callable[[User], Client]


@pytest.fixture
def sign_in() -> SignIn:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def agent() -> User:
    return make_user("agent", first_name="Lola", last_name="Vidal")


@pytest.fixture
def client(agent: User, sign_in: SignIn) -> Client:
    return sign_in(agent)

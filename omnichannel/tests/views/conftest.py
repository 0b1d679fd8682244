"""Signed-in browsers for the tests of views."""

from collections.abc import Callable

import pytest
from django.test import Client

from crm.models import User

SignIn = Callable[[User], Client]


@pytest.fixture
def sign_in() -> SignIn:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in

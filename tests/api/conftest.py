import copy
import json
from collections.abc import Callable, Generator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests import stage, world
from tests.world import World


class Api:
    """A program that calls /api/v1/ with one key."""

    def __init__(self, secret: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        content = json.dumps(body) if body is not None else ""
        return self.client.generic(method, f"/api/v1/{path}", content, "application/json", headers=named)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("POST", path, {} if body is None else body, **headers)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[World]:
    """The company of all tests of a module: building it takes longer than most of them."""
    with stage.undone(django_db_blocker):
        yield world.build()


@pytest.fixture
def company(built: World) -> Generator[World]:
    """The company as it was built: what a test does to it is undone."""
    cache.clear()
    with stage.undone_again():
        yield copy.deepcopy(built)


@pytest.fixture
def api(company: World) -> Api:
    return Api(world.key("all"))


@pytest.fixture
def api_with(company: World) -> Callable[..., Api]:
    return lambda *scopes: Api(world.key(*scopes))

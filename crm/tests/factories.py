"""People and things for tests: plain functions that write real rows."""

import itertools
from typing import Any

from crm.actions import contacts, tasks
from crm.models import ApiKey, Company, Contact, Task, Team, User

_count = itertools.count(1)


def user(*roles: str, email: str = "", **fields: Any) -> User:
    number = next(_count)
    return User.objects.create_user(
        email or f"user{number}@casa.example", "a long password 42", roles=roles or ("agent",), **fields
    )


def team(name: str = "") -> Team:
    return Team.objects.create(name=name or f"Team {next(_count)}")


def company(name: str = "", **fields: Any) -> Company:
    return Company.objects.create(name=name or f"Company {next(_count)}", **fields)


def contact(*, email: str | None = None, phone: str = "", **fields: Any) -> Contact:
    """`email=None` gives a fresh address, "" none at all."""
    address = f"contact{next(_count)}@people.example" if email is None else email
    return contacts.create(
        by=None, emails=[address] if address else [], phones=[phone] if phone else [], source="test", **fields
    )


def task(**fields: Any) -> Task:
    given = {"contact": None, "owner": None, "title": "Call back", "due_on": None, "by": None} | fields
    return tasks.plan(**given)


def key(*scopes: str, name: str = "shop") -> tuple[ApiKey, str]:
    return ApiKey.objects.issue(name=name, scopes=list(scopes or ("all",)))

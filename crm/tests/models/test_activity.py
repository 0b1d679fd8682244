"""Whose tasks press, when, and who may see them; what colleagues are called and may do."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from crm.actions import tasks
from crm.models import Task, User
from crm.task_list import _when, task_groups
from crm.tests import factories


@pytest.mark.parametrize(
    ("days", "group"),
    [(-1, "overdue"), (0, "today"), (1, "week"), (7, "week"), (8, "later"), (4000, "later"), (None, "undated")],
)
def test_a_task_presses_by_its_day(days: int | None, group: str) -> None:
    due = None if days is None else timezone.localdate() + timedelta(days=days)

    assert _when(Task(due_on=due)) == group


def test_today_is_the_readers_own() -> None:
    """At any moment it is another day somewhere between these two, 26 hours apart."""
    days = {}
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        with timezone.override(ZoneInfo(zone)):
            days[zone] = _when(Task(due_on=datetime.now(ZoneInfo("Pacific/Kiritimati")).date()))

    assert days["Pacific/Kiritimati"] == "today"
    assert days["Etc/GMT+12"] == "week"


@pytest.mark.django_db
def test_the_first_due_comes_first_and_what_has_no_day_last() -> None:
    for title, due in (
        ("c", None),
        ("b", date(2030, 1, 2)),
        ("a", date(2030, 1, 1)),
        ("d", None),
        ("e", date(2030, 1, 2)),
    ):
        factories.task(title=title, due_on=due)

    assert [task.title for task in Task.objects.most_urgent()] == ["a", "b", "e", "c", "d"]


@pytest.mark.django_db
def test_only_what_was_done_today_can_be_undone_in_the_list() -> None:
    agent = factories.user("agent")
    today, before = (factories.task(owner=agent, title=title) for title in ("today", "before"))
    for task in (today, before):
        tasks.complete(task, by=agent)
    Task.objects.filter(pk=before.pk).update(done_at=Now() - timedelta(days=2))

    assert [(group.slug, group.tasks) for group in task_groups(agent)] == [("done", [today])]


@pytest.mark.django_db
def test_a_task_is_seen_by_its_owner_and_by_all_who_see_the_customer() -> None:
    seller, rival, agent, manager = (factories.user(role) for role in ("sales", "sales", "agent", "manager"))
    of_rival = factories.contact(owner=rival)
    for title, contact, owner in (
        ("rival's", of_rival, rival),
        ("mine about theirs", of_rival, seller),
        ("about nobody", None, agent),
        ("nobody's", None, None),
        ("free", factories.contact(), None),
    ):
        factories.task(title=title, contact=contact, owner=owner)

    def seen(user: User) -> set[str]:
        return set(Task.objects.visible_to(user).values_list("title", flat=True))

    assert seen(seller) == {"mine about theirs", "free"}
    assert seen(rival) == {"rival's", "mine about theirs", "free"}
    assert seen(agent) == {"rival's", "mine about theirs", "free", "about nobody"}
    assert seen(manager) == seen(agent) | {"nobody's"}


@pytest.mark.django_db
def test_reopening_forgets_who_did_it_and_completing_again_is_told_again() -> None:
    agent = factories.user("agent")
    task = factories.task(owner=agent)
    for verb in (tasks.complete, tasks.reopen):
        verb(Task.objects.get(), by=agent)

    task.refresh_from_db()
    assert (task.done_at, task.done_by) == (None, None)
    assert tasks.complete(task, by=None).done_at is not None


@pytest.mark.django_db
def test_a_long_task_is_cut_to_its_column() -> None:
    assert factories.task(title="a b\x00" * 100).title == ("a b" * 67)[:200]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"first_name": "Ana", "last_name": "Ruiz"}, "Ana Ruiz"),
        ({"last_name": "Ruiz"}, "Ruiz"),
        ({"email": "ana.ruiz@hilo.example"}, "ana.ruiz"),
    ],
)
def test_a_colleague_always_has_a_name(fields: dict[str, str], name: str) -> None:
    assert str(User(**fields)) == name


@pytest.mark.django_db
def test_roles_are_groups_that_the_product_knows() -> None:
    colleague = factories.user("agent", "sales")
    colleague.groups.add(Group.objects.create(name="chess club"))
    colleague = User.objects.get()

    assert colleague.roles == {"agent", "sales"}
    assert (colleague.has_role("sales", "manager"), colleague.has_role("manager"), colleague.has_role()) == (
        True,
        False,
        False,
    )
    assert (colleague.sees_everything, colleague.is_staff) == (False, False)


@pytest.mark.django_db
def test_who_is_made_an_admin_may_come_in_and_who_is_no_longer_one_may_not() -> None:
    colleague = factories.user("agent")
    states: list[Any] = []

    for roles in (("admin",), ("agent",), ()):
        colleague.assign_roles(*roles)
        fresh = User.objects.get()
        states.append(
            (fresh.is_staff, fresh.has_perm("crm.change_contact"), fresh.has_module_perms("crm"), colleague.roles)
        )

    assert states == [
        (True, True, True, {"admin"}),
        (False, False, False, {"agent"}),
        (False, False, False, frozenset()),
    ]


@pytest.mark.django_db
def test_one_address_is_one_colleague_whatever_the_case() -> None:
    ana = factories.user(email="Ana@Hilo.example")

    assert User.objects.get_by_natural_key("ANA@hilo.EXAMPLE") == ana
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.user(email="ana@hilo.example")

"""A colleague's own tasks in the order in which they press."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Task, User
from crm.models.activity import TaskQuerySet

MOST = 500


@dataclass
class Group:
    slug: str
    label: str | Promise
    tasks: list[Task]


def task_groups(user: User) -> list[Group]:
    """Overdue, today, the coming week, later, without a date, and what was done today (so that it can be undone)."""
    groups = [
        Group("overdue", _("Overdue"), []),
        Group("today", _("Today"), []),
        Group("week", _("In the next seven days"), []),
        Group("later", _("Later"), []),
        Group("undated", _("Some day"), []),
    ]
    by_slug = {group.slug: group for group in groups}
    for task in _own(user).open().most_urgent()[:MOST]:
        by_slug[_when(task)].tasks.append(task)
    done = _own(user).filter(done_at__date=timezone.localdate()).order_by("-done_at")
    groups.append(Group("done", _("Done today"), list(done[:MOST])))
    return [group for group in groups if group.tasks]


def _own(user: User) -> TaskQuerySet:
    return (
        Task.objects.filter(owner=user)
        .select_related("contact", "contact__company")
        .prefetch_related("contact__identities")
    )


def _when(task: Task) -> str:
    today = timezone.localdate()
    if task.due_on is None:
        return "undated"
    if task.due_on <= today:
        return "overdue" if task.due_on < today else "today"
    return "week" if task.due_on <= today + timedelta(days=7) else "later"

"""What somebody is to do for a customer, and by when."""

from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from crm.facts import TaskDone, TaskDropped, TaskPlanned, TaskReopened
from crm.ledger import publish
from crm.models import Contact, Task, User


@transaction.atomic
def plan(*, contact: Contact | None, owner: User | None, title: str, due_on: date | None, by: User | None) -> Task:
    """Raises ValueError for a task without words."""
    title = " ".join(title.replace("\x00", "").split())[:200]
    if not title:
        raise ValueError("A task needs words that say what to do.")
    task = Task.objects.create(contact=contact, owner=owner, title=title, due_on=due_on)
    publish(TaskPlanned(contact_id=task.contact_id, task_id=task.pk, title=title, owner_id=owner.pk if owner else None))
    return task


@transaction.atomic
def complete(task: Task, *, by: User | None) -> Task:
    """Done once, however often it is clicked."""
    if not Task.objects.filter(pk=task.pk, done_at=None).update(done_at=Now(), done_by=by):
        task.refresh_from_db()
        return task
    task.refresh_from_db()
    publish(TaskDone(contact_id=task.contact_id, task_id=task.pk, title=task.title))
    return task


@transaction.atomic
def reopen(task: Task, *, by: User | None) -> Task:
    if not Task.objects.filter(pk=task.pk).exclude(done_at=None).update(done_at=None, done_by=None):
        return task
    task.refresh_from_db()
    publish(TaskReopened(contact_id=task.contact_id, task_id=task.pk, title=task.title))
    return task


@transaction.atomic
def drop(task: Task, *, by: User | None) -> None:
    """Not to be done after all."""
    task_id = task.pk
    task.delete()
    publish(TaskDropped(contact_id=task.contact_id, task_id=task_id, title=task.title))

"""What colleagues write down about a customer: notes and tasks."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models.contact import Contact
from crm.models.user import User


class Note(models.Model):
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, models.SET_NULL, null=True)
    body = models.TextField(_("note"), max_length=20_000)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.body[:60]


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: Any) -> Self:
        """Own tasks, and all tasks about contacts that the user may see."""
        if user.sees_everything:
            return self
        return self.filter(Q(owner=user) | Q(contact__in=Contact.objects.visible_to(user)))

    def open(self) -> Self:
        return self.filter(done_at=None)

    def most_urgent(self) -> Self:
        return self.order_by(models.F("due_on").asc(nulls_last=True), "pk")


class Task(models.Model):
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, blank=True, related_name="tasks")
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="tasks", verbose_name=_("owner"))
    title = models.CharField(_("task"), max_length=200)
    due_on = models.DateField(_("due"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [models.Index(fields=("owner", "due_on", "id"), name="task_open", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return self.title

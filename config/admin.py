"""Periodic work: which of it runs, and how often. A row cannot be added, as only code can do what one would name."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from config import periodic
from kernel.admin_lists import FastList
from kernel.told import told

LONGEST = timedelta(days=366)
EXPLAINED = _(
    "What it does is decided in code. A change takes effect within seconds and outlives restarts. What is switched off "
    "is not lost: most work is also begun by what happens, and waits at the latest until this is on again."
)


class PeriodicTaskForm(forms.ModelForm[PeriodicTask]):
    class Meta:
        labels = {"enabled": _("switched on"), "interval": _("interval"), "crontab": _("crontab")}
        help_texts = {"enabled": "", "interval": "", "crontab": _("In place of an interval.")}

    def clean(self) -> dict[str, Any]:
        """In place of the package's own check, which names kinds of times that are not on this page."""
        said = self.cleaned_data
        if bool(said.get("interval")) == bool(said.get("crontab")):
            raise ValidationError(_("Choose either an interval or a crontab."))
        return said


@admin.register(PeriodicTask)
class PeriodicTasks(FastList):
    form = PeriodicTaskForm
    list_display = ("work", "when", "enabled", "last", "runs")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab")
    search_fields = ("name", "task")
    ordering = ("name",)
    fieldsets = (
        (
            None,
            {
                "fields": ("work", "code", "enabled", "interval", "crontab", "last", "runs"),
                "description": EXPLAINED,
            },
        ),
    )
    readonly_fields = ("work", "code", "last", "runs")
    actions = ("switch_on", "switch_off")

    @admin.display(description=_("work"), ordering="name")
    def work(self, row: PeriodicTask) -> str:
        return told(row.name)

    @admin.display(description=_("code"))
    def code(self, row: PeriodicTask) -> str:
        return str(row.task)

    @admin.display(description=_("when"))
    def when(self, row: PeriodicTask) -> str:
        return str(row.scheduler)

    @admin.display(description=_("last time"), ordering="last_run_at")
    def last(self, row: PeriodicTask) -> datetime | None:
        at: datetime | None = row.last_run_at
        return at

    @admin.display(description=_("times"), ordering="total_run_count")
    def runs(self, row: PeriodicTask) -> int:
        return int(row.total_run_count)

    @admin.action(description=_("Switch on"))
    def switch_on(self, request: HttpRequest, chosen: QuerySet[PeriodicTask]) -> None:
        number = periodic.switch(chosen, on=True)
        said = ngettext("%(number)d was switched on.", "%(number)d were switched on.", number)
        self.message_user(request, said % {"number": number})

    @admin.action(description=_("Switch off"))
    def switch_off(self, request: HttpRequest, chosen: QuerySet[PeriodicTask]) -> None:
        number = periodic.switch(chosen, on=False)
        said = ngettext("%(number)d was switched off.", "%(number)d were switched off.", number)
        self.message_user(request, said % {"number": number})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        return super().render_change_form(
            request, context | {"subtitle": told(context["original"].name)}, *args, **kwargs
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It would be back after the next start; switching off lasts."""
        return False


class Times(FastList):
    """Times that periodic work may have. Deleting one would take the work with it that happens then."""

    readonly_fields = ("used_by",)

    @admin.display(description=_("used by"))
    def used_by(self, time: IntervalSchedule | CrontabSchedule) -> str:
        return ", ".join(sorted(told(row.name) for row in time.periodictask_set.all()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("periodictask_set")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or not obj.periodictask_set.exists()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One by one only: several at once are not asked about each."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}


class IntervalForm(forms.ModelForm[IntervalSchedule]):
    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        every, period = said.get("every"), said.get("period")
        if every and period and every > LONGEST / timedelta(**{period: 1}):
            raise ValidationError(_("An interval is a year at most."))
        return said


@admin.register(IntervalSchedule)
class Intervals(Times):
    form = IntervalForm
    list_display = ("__str__", "used_by")
    fields = ("every", "period", "used_by")

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without microseconds: the clock looks about once a second."""
        if db_field.name == "period":
            kwargs["choices"] = [choice for choice in db_field.choices if choice[0] != IntervalSchedule.MICROSECONDS]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class CrontabForm(forms.ModelForm[CrontabSchedule]):
    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and not _comes(CrontabSchedule(**said)):
            raise ValidationError(_("There is no such day."))
        return said


def _comes(time: CrontabSchedule) -> bool:
    """The 30th of February does not, and Celery refuses it."""
    try:
        return time.schedule is not None
    except ValueError:
        return False


@admin.register(CrontabSchedule)
class Crontabs(Times):
    form = CrontabForm
    list_display = ("__str__", "used_by")
    fields = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone", "used_by")

"""Periodic work: what it does is decided in code (CELERY_BEAT_SCHEDULE); how often, and whether at all, by admins."""

import logging
from collections.abc import Mapping
from typing import Any

from celery.beat import ScheduleEntry, SchedulingError
from django.db import transaction
from django.db.models import QuerySet
from django_celery_beat.models import PeriodicTask, PeriodicTasks
from django_celery_beat.schedulers import DatabaseScheduler

from kernel.breaker import Breaker
from kernel.wakeup import is_away

log = logging.getLogger(__name__)


class Schedule(DatabaseScheduler):  # type: ignore[misc] # untyped
    told = Breaker()

    def update_from_dict(self, mapping: Mapping[str, Any]) -> None:
        """At each start: what is new comes with the time that the code proposes; what is there keeps its own."""
        there = set(PeriodicTask.objects.filter(name__in=mapping).values_list("name", flat=True))
        for name in there:
            PeriodicTask.objects.filter(name=name).update(task=mapping[name]["task"])
        super().update_from_dict({name: entry for name, entry in mapping.items() if name not in there})

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """What could not be sent is due again in a moment, and no task is more than a wake-up."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as error:
            if not is_away(error.__context__):
                log.exception("%s could not be sent", entry.task)
            elif not self.told.is_open:  # several tasks a second
                self.told.trip()
                log.warning("broker away; %s and others are sent when it is back", entry.task)


@transaction.atomic
def switch(chosen: QuerySet[PeriodicTask], *, on: bool) -> int:
    """Returns how many were not so before. The clock hears of it within seconds."""
    changed = chosen.filter(enabled=not on).update(enabled=on, last_run_at=None)
    PeriodicTasks.update_changed()
    return changed

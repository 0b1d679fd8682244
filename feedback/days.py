"""Days where the company is: reports and promises to call are the same for every reader, wherever they sit."""

from datetime import date, datetime, time

from django.utils import timezone


def today() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone())


def midnight(day: date) -> datetime:
    """The one that the day begins with."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())

"""Periodic work in the settings: what admins say of it holds, over restarts too, and the clock hears of it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from config.celery import app
from config.periodic import Schedule
from crm.tests import factories

pytestmark = pytest.mark.django_db(transaction=True)  # the clock looks at its connection anew each time
SENDING = "send what is due"
TABLE = "/admin/django_celery_beat"


@pytest.fixture
def clock() -> Schedule:
    return started()


def started() -> Schedule:
    return Schedule(app=app)


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(factories.user("admin"))
    return client


def sending() -> PeriodicTask:
    return PeriodicTask.objects.get(name=SENDING)


def says(admin: Client, **form: Any) -> Any:
    """What the page of one piece of work is told."""
    return admin.post(f"{TABLE}/periodictask/{sending().pk}/change/", form)


def does(admin: Client, action: str, *chosen: PeriodicTask) -> Any:
    form = {"action": action, "_selected_action": [row.pk for row in chosen]}
    return admin.post(f"{TABLE}/periodictask/", form, follow=True)


def test_all_periodic_work_is_there_after_the_first_start(clock: Schedule, settings: Any) -> None:
    there = {row.name: (row.task, row.schedule.run_every.total_seconds()) for row in PeriodicTask.objects.all()}
    assert there == {name: (entry["task"], entry["schedule"]) for name, entry in settings.CELERY_BEAT_SCHEDULE.items()}


def test_what_an_admin_said_outlives_a_restart_and_what_code_says_comes_with_it(clock: Schedule, admin: Client) -> None:
    often = IntervalSchedule.objects.create(every=20, period="seconds")
    says(admin, enabled="on", interval=often.pk)
    does(admin, "switch_off", PeriodicTask.objects.get(name="remind of surveys"))
    PeriodicTask.objects.filter(name=SENDING).update(task="its.name.in.an.older.version")

    schedule = started().schedule
    assert (sending().interval, sending().task) == (often, "omnichannel.tasks.send_due")
    assert (schedule[SENDING].schedule.run_every.total_seconds(), "remind of surveys" in schedule) == (20, False)


def test_the_clock_hears_of_a_change_while_it_runs(clock: Schedule, admin: Client) -> None:
    assert clock.schedule_changed() is False
    does(admin, "switch_off", sending())
    assert SENDING not in clock.schedule
    does(admin, "switch_on", sending())
    assert SENDING in clock.schedule
    says(admin, enabled="on", interval=IntervalSchedule.objects.create(every=7, period="minutes").pk)
    assert clock.schedule[SENDING].schedule.run_every.total_seconds() == 420
    admin.post(f"{TABLE}/intervalschedule/{sending().interval_id}/change/", {"every": "8", "period": "minutes"})
    assert clock.schedule[SENDING].schedule.run_every.total_seconds() == 480


def test_actions_say_how_much_they_changed(clock: Schedule, admin: Client) -> None:
    everything = list(PeriodicTask.objects.all())
    assert "1 was switched off." in does(admin, "switch_off", sending()).content.decode()
    assert f"{len(everything) - 1} were switched off." in does(admin, "switch_off", *everything).content.decode()
    assert "1 was switched on." in does(admin, "switch_on", sending()).content.decode()


def test_work_happens_by_an_interval_or_by_a_crontab(clock: Schedule, admin: Client) -> None:
    nightly, interval = CrontabSchedule.objects.create(minute="0", hour="3"), sending().interval
    for wrong in ({"interval": interval.pk, "crontab": nightly.pk}, {}):
        errors = says(admin, enabled="on", **wrong).context["adminform"].form.non_field_errors()
        assert errors == ["Choose either an interval or a crontab."]
    assert sending().interval == interval

    says(admin, enabled="on", crontab=nightly.pk)
    assert (sending().interval, sending().crontab) == (None, nightly)


def test_what_work_does_cannot_be_changed_here(clock: Schedule, admin: Client) -> None:
    says(admin, enabled="on", interval=sending().interval_id, name="x", task="os.system", args='["rm"]')
    assert (sending().task, sending().args) == ("omnichannel.tasks.send_due", "[]")
    assert admin.get(f"{TABLE}/periodictask/add/").status_code == 403
    assert admin.post(f"{TABLE}/periodictask/{sending().pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_time_goes_only_once_nothing_uses_it(clock: Schedule, admin: Client) -> None:
    """Else it would take the work along."""
    free, used = IntervalSchedule.objects.create(every=5, period="days"), sending().interval
    for time in (free, used):
        admin.post(f"{TABLE}/intervalschedule/{time.pk}/delete/", {"post": "yes"})
    form = {"action": "delete_selected", "_selected_action": [used.pk], "post": "yes"}
    admin.post(f"{TABLE}/intervalschedule/", form)

    assert IntervalSchedule.objects.filter(pk__in=[free.pk, used.pk]).get() == used
    assert sending().interval == used


@pytest.mark.parametrize(
    ("table", "form", "refused"),
    [
        ("intervalschedule", {"every": "2147483647", "period": "days"}, True),
        ("intervalschedule", {"every": "0", "period": "days"}, True),
        ("intervalschedule", {"every": "1", "period": "microseconds"}, True),
        ("intervalschedule", {"every": "366", "period": "days"}, False),
        ("crontabschedule", {"day_of_month": "30", "month_of_year": "2"}, True),
        ("crontabschedule", {"day_of_month": "32"}, True),
        ("crontabschedule", {"day_of_month": "29", "month_of_year": "2"}, False),
    ],
)
def test_times_that_would_stop_the_clock_are_refused(
    admin: Client, table: str, form: dict[str, str], refused: bool
) -> None:
    always = {"minute": "0", "hour": "3", "day_of_month": "*", "month_of_year": "*", "day_of_week": "*"}
    known = always | {"timezone": "UTC"} if table == "crontabschedule" else {}
    response = admin.post(f"{TABLE}/{table}/add/", known | form)
    assert (response.status_code == 200) is refused


@pytest.mark.parametrize("table", ["periodictask", "intervalschedule", "crontabschedule"])
def test_lists_take_as_many_queries_for_one_row_as_for_many(clock: Schedule, admin: Client, table: str) -> None:
    CrontabSchedule.objects.create(minute="0")
    PeriodicTask.objects.exclude(name=SENDING).delete()
    admin.get("/admin/")  # the first page of a session writes that it was seen
    few = queries_of(admin, table)
    nightly = CrontabSchedule.objects.create(minute="0", hour="3")
    weekly = IntervalSchedule.objects.create(every=7, period="days")
    PeriodicTask.objects.create(name="nightly", task="x", crontab=nightly)
    PeriodicTask.objects.create(name="weekly", task="x", interval=weekly)

    assert queries_of(admin, table) == few


def queries_of(admin: Client, table: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert admin.get(f"{TABLE}/{table}/").status_code == 200
    return len(queries)


def test_names_of_work_are_told_in_the_reader_s_language(clock: Schedule) -> None:
    client = Client()
    client.force_login(factories.user("admin", language="es"))
    page = client.get(f"{TABLE}/periodictask/").content.decode()
    assert ">enviar lo pendiente</a>" in page
    page = client.get(f"{TABLE}/periodictask/{sending().pk}/change/").content.decode()
    assert "<h1>enviar lo pendiente</h1>" in page

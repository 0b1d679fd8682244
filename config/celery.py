"""The Celery application: `celery -A config.celery worker`."""

import os
from typing import Any

from celery import Celery, bootsteps

from config.services import processes
from config.supervisor.holding import MARK

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("hilo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


# As bin/up starts it. Who starts a worker by hand may leave it behind on purpose.
SUPERVISED = bool(os.environ.get(MARK))
GRACE_SECONDS = 8.0


class Orphan(bootsteps.Step):
    """A stop can hang on a broker that went in the same moment; a supervisor that is gone cannot end it then."""

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        if SUPERVISED:
            processes.outlive_parent_by(GRACE_SECONDS)
            os.register_at_fork(after_in_child=processes.end_with_parent)


app.steps["worker"].add(Orphan)

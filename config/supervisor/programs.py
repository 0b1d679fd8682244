"""The programs of the product, in the order of their start: what a process does that was forked from the loaded house.

Servers come first; they are in config/services. `title` is what `ps` shows, in the words that operators look for.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from config.services.environment import REPOSITORY
from config.supervisor.options import Options

PYTHON = sys.executable
MANAGE = str(REPOSITORY / "manage.py")
# Workers tell each other nothing that the rows do not say, and wait for nobody at their start. One that told of its
# stop would not end while the broker is away: it tries for ever (celery/events/dispatcher.py, `send`).
TO_ITSELF = ("--without-gossip", "--without-mingle", "--without-heartbeat")
# Celery would throw the answers of Django's checks away; bin/check reads them.
UNASKED = ("--quiet", "--skip-checks")
# Read by libraries when they are imported, which is before the fork.
ENVIRONMENT = {
    # SIGTERM then ends running tasks softly and gives their messages back, instead of waiting for them.
    "REMAP_SIGTERM": "SIGQUIT",
    # Eight lines at each start; docs/operations says that root is not needed.
    "PYTHONWARNINGS": "ignore:You're running the worker",
    "OPENBLAS_NUM_THREADS": "1",  # numpy's threads would not go with a fork
    "NOSETPS": "1",  # Celery leaves our titles alone
    "SPT_NOENV": "1",  # a title must not overwrite the environment, by which orphans are found
}


@dataclass(frozen=True)
class Program:
    """`name` is its prefix in the output and its role in the settings; seconds are wall seconds. `claims`: it works on
    rows that it holds for a while."""

    name: str
    title: Callable[[Options], str]
    run: Callable[[Options], object]
    grace_seconds: float = 8.0
    claims: bool = False


def web(options: Options) -> None:
    from config import uvicorn_workers

    uvicorn_workers.serve(options.host, options.port, options.web_workers)


def worker(options: Options) -> None:
    from config.celery import app
    from kernel import languages

    languages.load()  # once for the processes that it forks
    app.worker_main([*UNASKED, "worker", "-c", "2", "-n", f"hilo-{options.port}@%h", "-l", "warning", *TO_ITSELF])


def listeners(options: Options) -> None:
    from django.core.management import call_command

    call_command("listeners", host=options.host, port=options.smtp_port)


PROGRAMS = (
    Program("web", lambda options: f"uvicorn {options.host}:{options.port}", web),
    Program("worker", lambda options: f"celery worker hilo-{options.port}", worker, claims=True),
    Program("listeners", lambda options: f"listeners {options.host}:{options.smtp_port}", listeners),
)


def named(name: str) -> Program:
    return next(program for program in PROGRAMS if program.name == name)

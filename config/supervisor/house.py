"""The whole house, loaded: imported by the process from which all programs are forked, and for that alone.

It loads as web does, as some of its modules ask at their import what they are part of. Nothing is opened here: what a
child finds open it would share with the others.
"""

import contextlib
import os
import signal
from importlib import import_module

from setproctitle import setproctitle

from config.services import processes

TITLE = "hilo: the loaded house"


# What programs import when they begin.
THEIRS = (
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.worker.consumer",
    "kombu.transport.redis",
    "config.management.commands.listeners",
    "config.management.commands.beat",
    "omnichannel.management.commands.imap_listener",
    "omnichannel.management.commands.smtp_listener",
)


def load() -> None:
    from config import uvicorn_workers
    from config.celery import app

    uvicorn_workers.load()
    app.loader.import_default_modules()
    app.finalize()
    for module in THEIRS:
        import_module(module)


def forget_the_terminal() -> None:
    """Ctrl-C was blocked on the way here (config.supervisor.forking); what came meanwhile is dropped."""
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, usual)


os.setsid()  # Ctrl-C and a closed terminal are the supervisor's business
forget_the_terminal()
processes.end_with_parent()
setproctitle(TITLE)
with contextlib.suppress(Exception):  # whoever needs what is broken says so, under its own name
    load()
processes.settle()

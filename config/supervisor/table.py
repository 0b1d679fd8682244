"""The processes of the product, in the order of their start. Servers come first; they are in config/services."""

import signal
import sys
from dataclasses import dataclass, field

from config.services.environment import REPOSITORY
from config.supervisor.options import Options

PYTHON = sys.executable
MANAGE = str(REPOSITORY / "manage.py")
# Workers tell each other nothing that the rows do not say, and wait for nobody at their start. One that told of its
# stop would not end while the broker is away: it tries for ever (celery/events/dispatcher.py, `send`).
TO_ITSELF = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass(frozen=True)
class Program:
    """`role` selects the database settings (pool or kept connection); seconds are wall seconds."""

    name: str
    command: list[str]
    role: str
    environment: dict[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 8.0


def programs(options: Options) -> list[Program]:
    return [
        Program("web", _web(options), role="web"),
        Program(
            "worker",
            # The words `celery worker` side by side, as operators look for them; APP stands for `--app`.
            [PYTHON, "-m", "celery", "worker", "-c", "2", "-n", f"hilo-{options.port}@%h", "-l", "warning", *TO_ITSELF],
            role="worker",
            environment={
                "APP": "config.celery",
                # SIGTERM then ends running tasks softly and gives their messages back, instead of waiting for them.
                "REMAP_SIGTERM": "SIGQUIT",
                "CELERY_QUIET": "1",
                "CELERY_SKIP_CHECKS": "1",  # it would throw their answers away; bin/check reads them
                # Eight lines at each start; docs/operations says that root is not needed.
                "PYTHONWARNINGS": "ignore:You're running the worker",
            },
        ),
        Program(
            "listeners",
            [PYTHON, MANAGE, "listeners", "--host", options.host, "--port", str(options.smtp_port)],
            role="listeners",
        ),
    ]


def _web(options: Options) -> list[str]:
    return [
        *(PYTHON, "-m", "config.uvicorn_workers", "--host", options.host, "--port", str(options.port)),
        *("--workers", str(options.web_workers)),
    ]

"""What can be known to fail before anything is started, each as one sentence."""

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

from config.services import room, variables
from config.services.environment import REPOSITORY
from config.services.errors import ServiceError
from config.supervisor.options import Options

NO_MODELS = "asks no model outside"
# Promised, and not there yet. Who sets the first relies on it; the others may be set for all that a machine runs.
NOT_READ = {
    "HILO_FILES_URL": "keeps files in its data directory only",
    "HILO_AI_URL": NO_MODELS,
    "HILO_AI_KEY": NO_MODELS,
    "HILO_AI_MODEL": NO_MODELS,
    "SENTRY_DSN": "tells errors in its log only",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "offers /metrics and exports no traces",
}
RELIED_ON = ("HILO_FILES_URL",)


def before_start(options: Options) -> None:
    """Raises ServiceError."""
    variables.refuse_impossible()
    refuse_what_is_not_read()
    refuse_one_port_for_two(options)
    refuse_full_disk(options.data)
    refuse_unreachable_servers()


def refuse_what_is_not_read() -> None:
    for name in RELIED_ON:
        if os.environ.get(name):
            raise ServiceError(f"{name} is set, but this version {NOT_READ[name]}: unset it.")


def not_heeded() -> list[str]:
    """A sentence for each variable that is set and changes nothing, and does no harm."""
    return [
        f"{name} is set, but this version {does}."
        for name, does in NOT_READ.items()
        if os.environ.get(name) and name not in RELIED_ON
    ]


def refuse_one_port_for_two(options: Options) -> None:
    if options.port == options.smtp_port:
        raise ServiceError(f"--port and --smtp-port are both {options.port}: give each its own.")


def ports(options: Options) -> None:
    """Once orphans of an earlier start, which would hold them, are gone. Raises ServiceError."""
    refuse_taken_port(options.host, options.port, "--port")
    refuse_taken_port(options.host, options.smtp_port, "--smtp-port")


def refuse_taken_port(host: str, port: int, option: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the servers do it: connections that a former start closed must not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServiceError(_port_sentence(error, host, port, option)) from error


def _port_sentence(error: OSError, host: str, port: int, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program: choose another one with {option}."
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has: choose one above 1023 with {option}."
    reason = (error.strerror or str(error)).lower()
    return f"Cannot listen on {host} ({reason}): choose an address of this machine with --host."


def refuse_full_disk(data: Path) -> None:
    if room.is_short(data):
        raise ServiceError(room.full(data, f"less than {room.LEAST_FREE_BYTES // 1024**2} MB are free"))


def refuse_unreachable_servers() -> None:
    """Asked in a process of its own, because the database drivers would stay in the supervisor's memory."""
    if not any(os.environ.get(name) for name in ("DATABASE_URL", "VALKEY_URL", "BROKER_URL")):
        return
    answer = subprocess.run(
        [sys.executable, "-m", "config.supervisor.reachable"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        lines = answer.stderr.strip().splitlines() or ["The servers could not be asked."]
        raise ServiceError(lines[-1])

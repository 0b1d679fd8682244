"""Requests, counted where they are served.

The web server runs several processes, and a scrape reaches any one of them, so their counters live in memory-mapped
files that all of them can read: prometheus_client's multiprocess mode, in the data directory.
"""

import os
import threading
import time
from pathlib import Path

from django.conf import settings

SHARING = "PROMETHEUS_MULTIPROC_DIR"
SHARED = Path(settings.DATA_DIR) / "metrics"
if settings.ROLE == "web":
    SHARED.mkdir(parents=True, exist_ok=True)
    os.environ[SHARING] = str(SHARED)  # read by prometheus_client while it is imported

from prometheus_client import (  # noqa: E402
    REGISTRY,
    CollectorRegistry,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

disable_created_metrics()  # type: ignore[no-untyped-call] # a second series beside each, which nobody asks for
KEEP = 7 * 24 * 3600  # seconds that the counters of an ended process are still added up

requests = Histogram(
    "hilo_http_request_duration_seconds",
    "How long requests took, by page, method and class of answer.",
    ["view", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class Room:
    """Of this process's file. A page of a mapped file that its disk has no room for would end the process (SIGBUS), so
    all of it is written before it is mapped."""

    FIRST = 1 << 18
    SERIES = 1 << 12  # more than the lines of one combination of labels take
    RETRY = 10.0  # seconds

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.pid = 0
        self.full_until = 0.0
        self.known: set[tuple[str, ...]] = set()

    def made_for(self, labels: tuple[str, ...]) -> bool:
        if self.pid == os.getpid() and labels in self.known:
            return True
        with self.lock:
            return self._make(labels)

    def _make(self, labels: tuple[str, ...]) -> bool:
        if self.pid != os.getpid():  # forked: prometheus_client begins a new file too
            self.pid, self.known, self.full_until = os.getpid(), set(), 0.0
        if time.monotonic() < self.full_until:
            return False
        try:
            self._fill(self.folder / f"histogram_{self.pid}.db", (len(self.known) + 1) * self.SERIES)
        except OSError:
            self.full_until = time.monotonic() + self.RETRY
            return False
        self.known.add(labels)
        return True

    def _fill(self, file: Path, needed: int) -> None:
        """In the sizes by which prometheus_client lets it grow."""
        size = self.FIRST
        while size < needed:
            size *= 2
        with file.open("ab", buffering=0) as end:
            while (missing := size - end.tell()) > 0:
                end.write(bytes(missing))


room = Room(SHARED)


def count(view: str, method: str, status: str, seconds: float) -> None:
    """One request. Nothing new is counted while the disk is full."""
    if SHARING not in os.environ or room.made_for((view, method, status)):
        requests.labels(view, method, status).observe(seconds)


def page() -> bytes:
    """Those of all web processes, whichever of them answers, in the text format."""
    if SHARING not in os.environ:
        return generate_latest(REGISTRY)
    _forget_old_files()
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return generate_latest(shared)


def _forget_old_files() -> None:
    """A counter that goes down is a restart to Prometheus, so ended processes may be forgotten after a while."""
    for file in SHARED.glob("*.db"):
        if file.stat().st_mtime < time.time() - KEEP:
            file.unlink(missing_ok=True)

"""How long a start takes and how much memory the idle product holds.

`bare_machine` is `bin/up` in a fresh clone of the last commit: environment, packages (none from a cache), front end,
servers, demo company. `first_start` has the packages already; `second_start` the data directory too, as after a reboot.
Memory is PSS: shared pages are divided among those who share them.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from bench.measurement import Measurement, Scale, median_seconds

ALONE = True
REPOSITORY = Path(__file__).resolve().parents[1]
SECOND_STARTS = {"small": 3, "full": 10}
# After Ready the worker and beat still import and the first sweeps run.
SETTLING_SECONDS = 20
START_LIMIT_SECONDS = 300


def measure(scale: Scale) -> Iterator[Measurement]:
    yield Measurement.single("start", "bare_machine", _bare_machine(), "s", scale=scale, note="bin/up in a fresh clone")
    yield Measurement.single("start", "first_start", _timed_start()[0], "s", scale=scale, note="with the demo company")
    baseline = median_seconds(_import_django, 3)
    seconds = [_timed_start()[0] for _ in range(SECOND_STARTS[scale])]
    yield Measurement.of(
        "start", "second_start", seconds, "s", scale=scale, baseline=baseline, note="baseline: Python importing Django"
    )
    megabytes = _timed_start(look=_idle_memory)[1]
    for part, amount in sorted(megabytes.items()):
        yield Measurement.single("start", f"memory_{part}", amount, "MB", scale=scale, note="PSS, idle")
    yield Measurement.single("start", "memory", sum(megabytes.values()), "MB", scale=scale, note="PSS, idle, all parts")


def _import_django() -> None:
    subprocess.run([sys.executable, "-c", "import django"], check=True)


def _bare_machine() -> float:
    """Python's packages come over the network, the npm ones from npm's cache if it has them."""
    with tempfile.TemporaryDirectory(prefix="hilo-bench-clone-", dir=os.environ["HILO_DATA"]) as folder:
        Path(folder).chmod(0o711)  # under root the servers run as another account
        clone = Path(folder) / "hilo"
        subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(clone)], check=True)
        data = {"PIP_NO_CACHE_DIR": "1", "HILO_DATA": str(Path(os.environ["HILO_DATA"]) / "bare")}
        return _timed_start([str(clone / "bin" / "up")], data)[0]


def _look_away(supervisor: int) -> dict[str, float]:
    return {}


def _timed_start(
    command: Sequence[str] = (sys.executable, "-m", "config.supervisor"),
    environment: Mapping[str, str] = MappingProxyType({}),
    look: Callable[[int], dict[str, float]] = _look_away,
) -> tuple[float, dict[str, float]]:
    """Seconds from the command to its line `Ready`, and what `look` saw while it ran."""
    ports = ["--port", str(_free_port()), "--smtp-port", str(_free_port())]
    started = time.perf_counter()
    product = subprocess.Popen(
        [*command, *ports], cwd=REPOSITORY, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    )
    try:
        _wait_for_ready(product)
        return time.perf_counter() - started, look(product.pid)
    finally:
        product.send_signal(signal.SIGTERM)
        product.communicate()


def _wait_for_ready(product: subprocess.Popen[str]) -> None:
    assert product.stdout is not None
    said = []
    for line in product.stdout:
        said.append(line)
        if line.startswith("Ready:"):
            return
    raise RuntimeError("The product ended before it was ready:\n" + "".join(said[-10:]))


def _idle_memory(supervisor: int) -> dict[str, float]:
    time.sleep(SETTLING_SECONDS)
    total: dict[str, float] = {}
    for pid in [supervisor, *_descendants(supervisor)]:
        part = _part(pid)
        total[part] = total.get(part, 0) + _pss_megabytes(pid)
    return total


def _descendants(parent: int) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and _parent(int(entry)) == parent:
            found += [int(entry), *_descendants(int(entry))]
    return found


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _part(pid: int) -> str:
    """The supervised part that a process belongs to: each runs in a session of its own."""
    leader = os.getsid(pid)
    words = Path(f"/proc/{leader}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    found = re.search(r"uvicorn|celery worker|listeners|loaded house|postgres|valkey|supervisor", words)
    return found[0].replace(" ", "_") if found else "other"


def _pss_megabytes(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""`bin/bench`: runs each bench in a process of its own, so that none profits from what another one warmed up."""

import argparse
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from config.services import ServiceError, Services
from config.services.account import service_account

HERE = Path(__file__).parent
REPOSITORY = HERE.parent
# In the order of the data's way through the house; a bench of any other name comes after them.
ORDER = (
    *("start", "ledger", "consumers", "ingest", "contacts", "segments", "import", "inbox", "search", "realtime"),
    *("mail", "sends", "journeys", "decide", "timers", "reports", "snippet"),
)
NOT_BENCHES = ("measurement", "run_one")


def available() -> list[str]:
    names = {file.stem.removesuffix("_") for file in HERE.glob("[a-z]*.py")} - set(NOT_BENCHES)
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def module_of(name: str) -> str:
    """`bench/import_.py` is the bench `import`: a module cannot bear a keyword's name."""
    return f"bench.{name}" if find_spec(f"bench.{name}") else f"bench.{name}_"


def run(name: str, scale: str, as_json: bool) -> bool:
    """A durable server with the product's settings: a bench on relaxed ones would flatter."""
    with tempfile.TemporaryDirectory(prefix=f"hilo-bench-{name}-") as folder:
        Path(folder).chmod(0o711 if service_account().switch else 0o700)
        command = [sys.executable, "-m", "bench.run_one", module_of(name), scale, "json" if as_json else "text"]
        if _is_alone(name):
            return (
                subprocess.run(command, cwd=REPOSITORY, env=os.environ | {"HILO_DATA": folder}, check=False).returncode
                == 0
            )
        with Services(Path(folder)) as services:
            environment = {
                "DATABASE_URL": services.database_url,
                "VALKEY_URL": services.valkey_url,
                "HILO_DATA": folder,
                "HILO_TESTING": "1",
            }
            return subprocess.run(command, cwd=REPOSITORY, env=os.environ | environment, check=False).returncode == 0


def _is_alone(name: str) -> bool:
    spec = find_spec(module_of(name))
    return spec is not None and spec.origin is not None and "\nALONE = True" in Path(spec.origin).read_text()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure; nothing here passes or fails.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(available())} (default: all)")
    parser.add_argument("--scale", choices=["small", "full"], default="small")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    given = parser.parse_args(arguments)
    if unknown := sorted(set(given.names) - set(available())):
        print(f"There is no bench {', '.join(unknown)}: choose from {', '.join(available())}.", file=sys.stderr)
        return 1
    try:
        results = [run(name, given.scale, given.json) for name in given.names or available()]
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

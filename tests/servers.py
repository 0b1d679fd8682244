"""The servers of a test run: a PostgreSQL and a Valkey for each parallel worker.

The ledger's commit horizon is the whole PostgreSQL server's, and channel layers talk across numbered databases: only
servers of its own keep a worker's consumers and real time apart.
"""

import argparse
import os
import shlex
import sys
from contextlib import ExitStack

from config.services import Services
from tests import cluster

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_started = ExitStack()


def start() -> None:
    """Point this process's environment at the servers. What the environment already names is used as it is."""
    os.environ.setdefault("HILO_TEST_RUN", str(os.getpid()))
    os.environ["HILO_TESTING"] = "1"
    if _only_hands_out():
        return
    folder = _started.enter_context(cluster.empty_folder())
    if not os.environ.get("DATABASE_URL"):
        cluster.copy_into(folder)
        os.environ["HILO_TEST_TEMPLATE"] = cluster.DATABASE
    services = _started.enter_context(Services(folder, fast=True))
    os.environ["DATABASE_URL"] = _own_database(services.database_url)
    os.environ["VALKEY_URL"] = services.valkey_url
    os.environ["HILO_DATA"] = str(folder)
    os.environ["HILO_LAYER_PREFIX"] = f"test-{os.environ['HILO_TEST_RUN']}-{WORKER or 'main'}"


def _only_hands_out() -> bool:
    """The process that people start hands its tests to parallel workers, which have servers of their own."""
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("-n", "--numprocesses", default="0")
    given, _others = options.parse_known_args([*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *sys.argv[1:]])
    return not WORKER and given.numprocesses != "0"


def load_django() -> None:
    """Settings stay out of the environment: a parallel worker would inherit them and load them too early."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    os.environ.pop("DJANGO_SETTINGS_MODULE")


def stop() -> None:
    _started.close()


def _own_database(url: str) -> str:
    """The same server, a database that no other worker or run uses; subprocesses of tests inherit it."""
    address, _, query = url.partition("?")
    server, _, _ = address.rpartition("/")
    name = f"test_hilo_{os.environ['HILO_TEST_RUN']}_{WORKER or 'main'}"
    return f"{server}/{name}" + (f"?{query}" if query else "")

"""The worker by itself, without the supervisor that would kill it after its grace."""

import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.client import PubSub

from config.services import Services
from config.services.processes import wait_until
from config.supervisor.assembly import Assembly
from config.supervisor.child import Child
from config.supervisor.options import parse
from config.supervisor.output import Output
from config.supervisor.programs import named
from tests.supervisor.product import kill

END_SECONDS = 8
LISTEN_SECONDS = 1.5  # a worker that looks for others first takes one of them


@pytest.fixture
def services(made_dir: Path) -> Iterator[Services]:
    with Services(made_dir, fast=True) as services:
        yield services


@pytest.fixture
def broker(services: Services) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(services.valkey_url) as broker:
        yield broker


@pytest.fixture
def events(broker: redis.Redis) -> Iterator[PubSub]:
    """What workers tell each other."""
    with PubSub(broker.connection_pool) as channel:
        channel.psubscribe("*celeryev*")  # type: ignore[no-untyped-call]
        assert channel.get_message(timeout=5)
        yield channel


@pytest.fixture
def worker(services: Services, events: PubSub, broker: redis.Redis) -> Iterator[Child]:
    options = parse(["--data", str(services.directory.root)])
    assembly = Assembly(options, services.directory, services.servers, Output(io.StringIO()))
    child = assembly.of_program(named("worker"))
    child.start()
    assert wait_until(lambda: "'brpop'" in str(broker.client_list()), 30), child.recent
    yield child
    child.grace_seconds = 0
    child.finish()


def test_worker_ends_when_the_broker_goes_in_the_same_moment(services: Services, worker: Child, events: PubSub) -> None:
    """As after the death of their supervisor, of which both hear at once. One that sends events would try for ever to
    send the next, but only when one is due just then: so none is sent at all."""
    assert worker.process is not None
    valkey = next(process for server, process in services.children if server.name == "valkey")
    assert events.get_message(timeout=LISTEN_SECONDS) is None

    os.kill(worker.process.pid, signal.SIGSTOP)
    worker.ask_to_stop()
    kill(valkey.pid)
    os.kill(worker.process.pid, signal.SIGCONT)

    assert wait_until(lambda: not worker.is_running, END_SECONDS), worker.recent

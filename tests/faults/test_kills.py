"""Everything acknowledged exists exactly once, whatever is killed, and every wanted send reached the mail server."""

import os
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis

from tests import cluster
from tests.fakes.smtp_sink import SILENCE, SmtpSink
from tests.faults.load import Load
from tests.faults.witness import Witness
from tests.supervisor.conftest import empty_folder
from tests.supervisor.product import Product, kill

MAILS, EVENTS, ORDERS, PEOPLE = 200, 2000, 200, 100
READY_SECONDS = 30
DONE_SECONDS = 120  # less than a lease: what a killed worker was at is free at once
# Either server of the kind: Debian's Redis answers to the same suite.
PARTS = ("celery worker", "uvicorn", Path(os.environ.get("HILO_VALKEY_SERVER", "valkey-server")).name, "postgres")


@pytest.fixture(scope="module")
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture(scope="module")
def product(sink: SmtpSink) -> Iterator[Product]:
    with pytest.MonkeyPatch.context() as environment, empty_folder(environment) as folder:
        environment.setenv("HILO_SMTP_URL", sink.url)
        environment.setenv("HILO_LOG", "console")
        cluster.copy_into(folder)
        with Product(folder) as product:
            yield product.wait_until_ready()


@pytest.fixture(scope="module")
def witness(product: Product) -> Iterator[Witness]:
    with Witness(product) as witness:
        yield witness


def not_ready(product: Product) -> str:
    """What /readyz says is wrong; "" when it is ready within READY_SECONDS."""
    deadline = time.monotonic() + READY_SECONDS
    while reason := ask_readiness(product):
        if time.monotonic() > deadline:
            break
        time.sleep(1)  # asking costs a connection; the product has enough to do
    return reason


def ask_readiness(product: Product) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{product.port}/readyz", timeout=5) as answer:
            return "" if answer.status == 200 else str(answer.read())
    except urllib.error.HTTPError as error:
        return error.read().decode()
    except OSError as error:
        return repr(error)


def kill_each_part(product: Product, sink: SmtpSink) -> None:
    """The worker when one of its processes has sent a mail and waits for a word about it."""
    assert happens(lambda: sink.silences == 1)
    for part in PARTS:
        time.sleep(2)
        victims = product.pids(part)
        assert victims, f"no process is called {part}"
        for pid in victims:
            kill(pid)


def flush(product: Product, load: list[threading.Thread]) -> int:
    """FLUSHALL twice a second until everything is acknowledged; how often Valkey was there to do it."""
    (socket,) = Path(product.data_dir).rglob("valkey.sock")
    done = 0
    while any(thread.is_alive() for thread in load):
        with suppress(redis.exceptions.RedisError), redis.Redis(unix_socket_path=str(socket)) as valkey:
            done += bool(valkey.flushall())
        time.sleep(0.5)
    return done


def test_nothing_acknowledged_is_lost_or_doubled_by_sigkill_and_flushall(
    product: Product, sink: SmtpSink, witness: Witness
) -> None:
    name = "faults"
    assert not_ready(product) == ""
    key = witness.ask("build", name)["key"]
    load = Load(name=name, port=product.port, smtp_port=product.smtp_port, key=key)
    load.identify(PEOPLE)
    sink.replies["data"] = [SILENCE]
    threads = load.start(mails=MAILS, events=EVENTS, orders=ORDERS)
    with ThreadPoolExecutor(1) as beside:
        flushed = beside.submit(flush, product, threads)
        kill_each_part(product, sink)
        assert not_ready(product) == ""
    assert flushed.result() > len(PARTS)
    for thread in threads:
        thread.join()
    assert load.errors == []
    assert (len(load.mails), len(load.events)) == (MAILS, EVENTS)

    assert happens(lambda: len(taken_by(sink, load)) >= ORDERS)
    assert happens(lambda: witness.ask("inbound", name) == {"processed": MAILS})
    # Whoever died between the mail server's yes and its own record of it left a row for the next one.
    assert happens(lambda: witness.ask("deliveries", name) == {"sent": ORDERS})
    found = witness.ask("report", name)
    assert found["mails"] == dict.fromkeys(load.mails, 1)
    assert found["events"] == dict.fromkeys(load.events, 1)
    check_sends(found, taken_by(sink, load))
    assert witness.ask("inconsistencies", name) == []


def happens(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DONE_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(1)  # as with readiness: each look takes work from the product
    return condition()


def taken_by(sink: SmtpSink, load: Load) -> Counter[str]:
    """How often the mail server took each mail to the customers of this load."""
    taken = [accepted.mail for accepted in sink.accepted if f"@{load.domain}" in str(accepted.mail["To"])]
    return Counter(str(mail["Message-ID"]).strip("<>") for mail in taken)


def check_sends(found: dict[str, Any], taken: Counter[str]) -> None:
    """Each wanted send once; twice at most where the process died in mid-send, and that is on record."""
    assert (len(found["sends"]), found["deliveries"]) == (ORDERS, {"sent": ORDERS})
    assert set(taken) == set(found["sends"])
    assert {message_id for message_id, times in taken.items() if times > 1} <= set(found["cut_short"])
    assert max(taken.values()) <= 2

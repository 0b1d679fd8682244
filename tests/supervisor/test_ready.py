"""What a start may believe before it says Ready."""

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.services import Services
from config.supervisor import ready
from config.supervisor.options import parse
from tests.fakes.local_http import LocalHttp, say
from tests.supervisor import free_port

WELL = {"database": {"ok": True}, "broker": {"ok": True}, "worker": {"ok": True}}


class Product(LocalHttp):
    """What its /readyz answers, and who asked for it by which name."""

    status = 200
    document: Any = {"parts": WELL}

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    def answer(self, request: BaseHTTPRequestHandler, sent: str) -> None:
        self.asked.append((request.path, request.headers["Host"]))
        say(request, self.status, self.document)

    @property
    def port(self) -> int:
        return int(self.server.server_port)


@pytest.fixture
def product() -> Iterator[Product]:
    with Product() as product:
        yield product


def test_report_of_a_worker_that_was_killed_does_not_count(made_dir: Path) -> None:
    with Services(made_dir, fast=True) as services, psycopg.connect(services.database_url, autocommit=True) as database:
        database.execute("INSERT INTO crm_heartbeat (service, at) VALUES ('worker', now())")

        ready.forget_earlier_reports(services.servers)

        assert database.execute("SELECT service FROM crm_heartbeat").fetchall() == []


def test_product_works_when_its_parts_do(product: Product) -> None:
    """Asked by the name of this machine, which is answered whatever hosts an operator lists."""
    assert ready.works("127.0.0.1", product.port)
    assert product.asked == [("/readyz", f"127.0.0.1:{product.port}")]


@pytest.mark.parametrize("part", ["database", "broker", "worker"])
def test_product_does_not_work_while_one_of_them_is_away(product: Product, part: str) -> None:
    product.document = {"parts": WELL | {part: {"ok": False}}}

    assert not ready.works("127.0.0.1", product.port)


def test_what_waited_while_nothing_ran_does_not_hold_up_the_start(product: Product) -> None:
    """Consumers far behind make /readyz answer 503; they catch up once it is up."""
    product.status = 503
    product.document = {"parts": WELL | {"consumers": {"ok": False}}}

    assert ready.works("127.0.0.1", product.port)


@pytest.mark.parametrize(
    "document",
    [b"<h1>Bad Gateway</h1>", b"", b"\xff\xfe", {}, {"parts": {"database": {"ok": True}}}, {"parts": {"database": {}}}],
    ids=["a page", "nothing", "no text", "no parts", "parts missing", "parts without a word"],
)
def test_another_program_at_the_port_is_no_product(product: Product, document: Any) -> None:
    product.document = document

    assert not ready.works("127.0.0.1", product.port)


def test_nobody_at_the_port_is_no_product() -> None:
    port = free_port()

    assert not ready.works("127.0.0.1", port)
    assert not ready.listens("127.0.0.1", port)


def test_start_is_ready_when_pages_and_mails_are_taken(product: Product) -> None:
    with socket.socket() as mail:
        mail.bind(("127.0.0.1", 0))
        options = parse([f"--port={product.port}", f"--smtp-port={mail.getsockname()[1]}"])
        assert not ready.answers(options)

        mail.listen()

        assert ready.answers(options)


def test_mail_port_is_not_bothered_before_the_pages_work(product: Product) -> None:
    """It writes a line for each caller."""
    product.document = json.dumps({"parts": {}}).encode()
    with socket.socket() as mail:
        mail.bind(("127.0.0.1", 0))
        mail.listen()
        mail.setblocking(False)

        assert not ready.answers(parse([f"--port={product.port}", f"--smtp-port={mail.getsockname()[1]}"]))

        with pytest.raises(BlockingIOError):
            mail.accept()

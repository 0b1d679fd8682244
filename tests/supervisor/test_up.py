"""The whole product under its supervisor: up, killed in every way, up again, and gone without a trace."""

import os
import re
import signal
import socket
from pathlib import Path
from urllib.request import urlopen

import pytest
import redis

from config.services.processes import is_running, wait_until
from tests.supervisor import free_port
from tests.supervisor.product import Keeper, Product, command_line, kill, manage

RECOVERY_SECONDS = 30


def test_start_answers_on_its_ports(running: Product) -> None:
    assert running.answers()
    with socket.create_connection(("127.0.0.1", running.smtp_port), timeout=5) as mail:
        assert mail.recv(4) == b"220 "


def test_every_part_reports_that_it_is_there(running: Product) -> None:
    def reporting() -> set[str]:
        with urlopen(f"http://127.0.0.1:{running.port}/metrics") as metrics:
            return set(re.findall(r'hilo_heartbeat_age_seconds{service="(\w+)"}', metrics.read().decode()))

    assert wait_until(lambda: reporting() == {"beat", "imap", "smtp", "worker"}, RECOVERY_SECONDS), reporting()


def test_two_products_run_side_by_side(running: Product, made_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second also becomes ready though its operator lists hosts without this machine."""
    monkeypatch.setenv("HILO_ALLOWED_HOSTS", "crm.example")
    with Product(made_dir) as other:
        other.wait_until_ready()
        assert wait_until(lambda: f": HILO_DATA={made_dir} bin/manage createsuperuser" in other.output, 5), other.output

        assert running.answers()
        assert other.stop(signal.SIGTERM) == 0

        assert other.pids() == []
        assert running.answers()


@pytest.mark.parametrize(
    ("title", "which"),
    # Of several processes the first is the parent of the others; the loaded house is that of all programs.
    [
        *(("postgres -D", 0), ("valkey.sock", 0), ("uvicorn", -1), ("uvicorn", 0)),
        *(("celery worker", 0), ("listeners", 0), ("loaded house", 0)),
    ],
)
def test_killed_part_comes_back(running: Product, title: str, which: int) -> None:
    assert wait_until(lambda: running.pids(title) != [], RECOVERY_SECONDS), running.output  # of the death before
    before = running.pids(title)

    kill(before[which])

    assert wait_until(lambda: set(running.pids(title)) - set(before) != set(), RECOVERY_SECONDS), running.output
    assert wait_until(running.answers, RECOVERY_SECONDS), running.output


def test_everything_killed_at_once_recovers(keeper: Keeper) -> None:
    keeper.running().kill_everything()

    assert keeper.start().answers()


def test_killed_supervisor_takes_its_children_along_and_a_stopped_one_is_ended(keeper: Keeper) -> None:
    """A web process that was stopped hears no wish to end: an orphan now, it holds the port till the next start."""
    first = keeper.running()
    pids, (web, *_, orphan) = first.pids(), first.pids("uvicorn")
    os.kill(orphan, signal.SIGSTOP)

    for pid in (first.process.pid, web):
        kill(pid)
    first.process.wait()

    wait_until(lambda: [pid for pid in pids if is_running(pid)] == [orphan], RECOVERY_SECONDS)
    assert [command_line(pid) for pid in pids if is_running(pid) and pid != orphan] == [], first.output
    assert keeper.start().answers()
    assert not is_running(orphan)


def test_signal_during_the_start_stops_it(data_dir: Path) -> None:
    with Product(data_dir) as product:
        assert wait_until(lambda: len(product.pids()) > 2, 30)

        assert product.stop(signal.SIGHUP) == 1

    assert product.lines[-1] == "Stopped before it was ready. What is done stays: start it again to go on."
    assert product.pids() == []
    assert not product.is_ready


def test_second_supervisor_of_a_data_directory_is_refused(running: Product) -> None:
    with Product(running.data_dir) as second:
        assert second.process.wait(30) == 1
        second.reader.join(5)

    assert second.lines == [
        f"Hilo is already running with the data directory {running.data_dir}: "
        "stop that one, or choose another folder with --data (and other ports)."
    ]
    assert running.answers()


def test_command_shares_the_servers_of_a_running_product(running: Product) -> None:
    before = what_servers_say_of_themselves(running)

    answer = manage(running.data_dir, "migrate", "--check")

    assert answer.returncode == 0, answer.stderr
    assert what_servers_say_of_themselves(running) == before
    assert wait_until(running.answers, 10)


def what_servers_say_of_themselves(product: Product) -> tuple[str, str]:
    """A list of processes shows their newest children under their name for a moment."""
    (valkey,) = product.data_dir.rglob("valkey.sock")
    with redis.Redis(unix_socket_path=str(valkey)) as client:
        return (product.data_dir / "postgres" / "postmaster.pid").read_text(), client.info("server")["run_id"]


def test_taken_port_is_one_sentence(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with Product(data_dir, port=port) as product:
            assert product.process.wait(30) == 1
            product.reader.join(5)

    assert product.lines == [f"Port {port} on 127.0.0.1 is taken by another program: choose another one with --port."]


def test_unreachable_database_is_one_sentence(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://hilo:secret@127.0.0.1:{free_port()}/hilo")

    with Product(data_dir) as product:
        assert product.process.wait(30) == 1
        product.reader.join(5)

    assert len(product.lines) == 1
    assert product.lines[0].startswith("The database at 127.0.0.1:")
    assert product.lines[0].endswith("check DATABASE_URL and that server.")
    assert "secret" not in product.lines[0]


def test_ctrl_c_leaves_nothing(running: Product) -> None:
    """The last of this file: it leaves no product for others to share."""
    pids = running.pids()
    assert len(pids) > 8

    assert running.stop(signal.SIGINT) == 0

    assert running.pids() == []
    assert [pid for pid in pids if is_running(pid)] == []

"""The embedded Valkey: what it is told, and when its answer counts as one."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services import DataDirectory, valkey
from config.services.account import Account
from config.services.valkey import Valkey
from tests import cluster


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """In a folder whose name leaves room for a socket's."""
    monkeypatch.setenv("HILO_VALKEY_SERVER", "/usr/bin/valkey-server")
    with cluster.empty_folder() as folder:
        directory = DataDirectory(folder, Account(1, 1, switch=False))
        directory.sockets.mkdir()
        yield Valkey(directory)


def says(server: Valkey, answer: bytes) -> threading.Thread:
    """Somebody at its socket who answers the first caller so."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(server.socket))
    listening.listen()

    def serve() -> None:
        with listening, listening.accept()[0] as caller:
            if caller.recv(16) == b"PING\r\n":
                caller.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (b"+PONG\r\n", True),
        (b"-LOADING Valkey is loading the dataset in memory\r\n", False),
        (b"-NOAUTH Authentication required.\r\n", False),
        (b"", False),
    ],
)
def test_it_is_ready_when_it_answers_and_has_read_its_file(server: Valkey, answer: bytes, ready: bool) -> None:
    thread = says(server, answer)

    assert server.is_ready() is ready
    thread.join()


def test_it_is_not_ready_while_nobody_listens(server: Valkey) -> None:
    assert not server.is_ready()

    server.socket.touch()

    assert not server.is_ready()


def test_one_that_hangs_is_not_waited_for(server: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "ANSWER_SECONDS", 0.01)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(server.socket))
        silent.listen()

        assert not server.is_ready()


def test_socket_that_a_dead_server_left_is_removed(server: Valkey) -> None:
    server.socket.touch()

    server.prepare()
    server.prepare()

    assert not server.socket.exists()


def options(server: Valkey) -> dict[str, str]:
    """As the command line sets them."""
    names, values = server.command()[1::2], server.command()[2::2]
    assert all(name.startswith("--") for name in names)
    return {name.removeprefix("--"): value for name, value in zip(names, values, strict=True)}


def test_nobody_reaches_it_over_a_network_nor_from_another_account(server: Valkey) -> None:
    told = options(server)

    assert (told["port"], told["unixsocketperm"], told["unixsocket"]) == ("0", "700", str(server.socket))
    assert told["dir"] == str(server.folder)


def test_messages_are_kept_through_a_restart_and_never_thrown_away_for_room(server: Valkey) -> None:
    told = options(server)

    assert (told["appendonly"], told["maxmemory-policy"]) == ("yes", "noeviction")


def test_only_what_may_be_lost_is_kept_in_memory_alone(server: Valkey) -> None:
    assert options(Valkey(server.directory, fast=True))["appendonly"] == "no"


@pytest.mark.parametrize(
    ("program", "executable"),
    [("/usr/bin/redis-server", "redis"), ("/opt/valkey-server", "valkey"), ("/opt/keydb", "keydb")],
)
def test_it_is_found_again_by_the_name_of_its_program(
    server: Valkey, monkeypatch: pytest.MonkeyPatch, program: str, executable: str
) -> None:
    monkeypatch.setenv("HILO_VALKEY_SERVER", program)

    assert Valkey(server.directory).executable == executable


def test_address_of_a_folder_with_odd_letters_can_be_read(server: Valkey) -> None:
    directory = DataDirectory(Path("/srv/with space"), server.directory.account)

    assert Valkey(directory).url == "unix:///srv/with%20space/run/valkey.sock"

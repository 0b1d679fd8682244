"""The embedded servers by themselves: started, found, stopped, and recovered after every kind of death."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from config.services import ServiceError, Services
from config.services.account import service_account
from config.services.embedded import shut_down
from config.services.processes import is_running, servers_in, wait_until
from tests import cluster


def query(services: Services, sql: str) -> object:
    with psycopg.connect(services.database_url) as connection:
        row = connection.execute(sql).fetchone()
    return row[0] if row else None


def server_pids(services: Services) -> list[int]:
    return [pid for server in services.servers for pid in servers_in(server.folder, server.executable)]


def test_services_answer_and_leave_nothing(data_dir: Path) -> None:
    with Services(data_dir, fast=True) as services:
        assert query(services, "SELECT 1") == 1
        assert redis.Redis.from_url(services.valkey_url).ping() is True
        pids = server_pids(services)
        assert len(pids) > 2

    assert [pid for pid in pids if is_running(pid)] == []


def test_data_survives_a_second_start(made_dir: Path) -> None:
    with Services(made_dir) as services, psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        redis.Redis.from_url(services.valkey_url).set("kept", "42")

    with Services(made_dir) as services:
        assert query(services, "SELECT answer FROM kept") == 42
        assert redis.Redis.from_url(services.valkey_url).get("kept") == b"42"


def test_role_is_no_superuser_and_has_the_extensions(data_dir: Path) -> None:
    with Services(data_dir, fast=True) as services:
        assert query(services, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert query(services, "SELECT count(*) >= 0 FROM pg_stat_statements") is True
        assert query(services, "SELECT lower('ÄÖÜ')") == "äöü"


def test_servers_listen_on_private_sockets_only(made_dir: Path) -> None:
    with Services(made_dir, fast=True) as services:
        assert query(services, "SHOW listen_addresses") == ""
        assert redis.Redis.from_url(services.valkey_url).config_get("port") == {"port": "0"}
        sockets = services.directory.sockets.stat()

    assert stat.S_IMODE(sockets.st_mode) == 0o700
    assert sockets.st_uid == service_account().uid


def test_deep_data_directory_gets_short_sockets(data_dir: Path) -> None:
    deep = data_dir / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    cluster.copy_into(deep)

    with Services(deep, fast=True) as services:
        assert query(services, "SELECT 1") == 1
        assert not services.directory.sockets.is_relative_to(deep)


def test_killed_servers_start_again(made_dir: Path) -> None:
    services = Services(made_dir).start()
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS answer")
    for _, child in services.children:
        child.kill()
        child.wait()

    with Services(made_dir) as again:
        assert query(again, "SELECT answer FROM kept") == 1


def test_stale_lock_files_of_a_living_stranger_are_removed(made_dir: Path) -> None:
    """After a crash the number in postmaster.pid may belong to any process: here, to this test."""
    with Services(made_dir, fast=True) as services:
        folder, sockets = services.servers[0].folder, services.directory.sockets
    lock = f"{os.getpid()}\n{folder}\n0\n5432\n{sockets}\n\n"
    (folder / "postmaster.pid").write_text(lock)
    (sockets / ".s.PGSQL.5432.lock").write_text(lock)

    with Services(made_dir, fast=True) as again:
        assert query(again, "SELECT 1") == 1


def test_servers_die_with_a_killed_owner(made_dir: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from config.services import Services\n"
        f"Services(Path({str(made_dir)!r}), fast=True).start(); print('up', flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "up\n"
    postgres = servers_in(made_dir / "postgres", "postgres")
    assert postgres

    owner.kill()
    owner.communicate()

    assert wait_until(lambda: not any(is_running(pid) for pid in postgres), 10)


def test_orphans_are_shut_down_before_a_start(made_dir: Path) -> None:
    orphaned = Services(made_dir, tied=False).start()
    first = server_pids(orphaned)

    for server in orphaned.servers:
        shut_down(server)

    assert server_pids(orphaned) == []
    assert [pid for pid in first if is_running(pid)] == []


def test_half_made_cluster_is_thrown_away(data_dir: Path) -> None:
    draft = data_dir / "postgres.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("half")

    with Services(data_dir, fast=True) as services:
        assert query(services, "SELECT 1") == 1
    assert not draft.exists()


def test_data_of_another_major_version_is_refused(made_dir: Path) -> None:
    with Services(made_dir, fast=True) as services:
        version = services.servers[0].folder / "PG_VERSION"
    version.write_text("9\n")

    with pytest.raises(ServiceError, match="was made by PostgreSQL 9 and this is"):
        Services(made_dir, fast=True).start()


def test_server_that_cannot_start_says_why(made_dir: Path) -> None:
    with Services(made_dir, fast=True) as services:
        settings = services.servers[0].folder / "postgresql.conf"
    settings.write_text("no_such_setting = 1\n")

    with pytest.raises(ServiceError, match="postgres did not start: "):
        Services(made_dir, fast=True).start()
    assert servers_in(made_dir / "valkey", "valkey") == []


def test_environment_replaces_the_embedded_servers(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere.example/hilo")
    monkeypatch.setenv("VALKEY_URL", "redis://somewhere.example")

    with Services(data_dir) as services:
        assert services.servers == []
        assert services.database_url == "postgresql://somewhere.example/hilo"
        assert services.valkey_url == "redis://somewhere.example"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another account")
def test_root_refuses_a_folder_that_the_servers_cannot_enter(data_dir: Path) -> None:
    private = data_dir / "private"
    private.mkdir(mode=0o700)

    with pytest.raises(ServiceError, match=r"cannot reach .*private/data: choose a folder outside private ones"):
        Services(private / "data")


def test_postmaster_answers_the_fast_stop_while_clients_stay(made_dir: Path) -> None:
    services = Services(made_dir, fast=True).start()
    with psycopg.connect(services.database_url):
        postgres = services.children[0][1]
        postgres.send_signal(signal.SIGINT)
        assert postgres.wait(10) == 0
    services.stop()

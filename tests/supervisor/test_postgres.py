"""What PostgreSQL is told, with programs that answer as the test says: each version and each way to fail."""

import os
import subprocess
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from config.services import DataDirectory, ServiceError
from config.services.account import Account
from config.services.postgres import Postgres

LOCKS = ("postgres/postmaster.pid", "run/.s.PGSQL.5432", "run/.s.PGSQL.5432.lock")
# Writes down what it was asked, where `-D FOLDER` comes first, as that folder's version.
INITDB = 'echo "$@" > "$2/asked"; echo 18 > "$2/PG_VERSION"'


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    """Of an ordinary user: no other account is asked."""
    directory = DataDirectory(tmp_path / "data", Account(os.geteuid(), os.getegid(), switch=False))
    directory.sockets.mkdir(parents=True)
    return directory


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the operator's own programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("HILO_POSTGRES_BIN", str(folder))
    program(folder, "postgres", "echo 'postgres (PostgreSQL) 18.1 (Debian 18.1-1.pgdg12+1)'")
    program(folder, "initdb", INITDB)
    return folder


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def postgres(programs: Path, directory: DataDirectory) -> Postgres:
    return Postgres(directory)


def refusal(postgres: Postgres) -> str:
    with pytest.raises(ServiceError) as refused:
        postgres.prepare()
    return str(refused.value)


def asked(postgres: Postgres) -> list[str]:
    return (postgres.folder / "asked").read_text().split()


def settings(postgres: Postgres) -> dict[str, str]:
    """As the command line sets them."""
    options = postgres.command()[3:]
    assert options[::2] == ["-c"] * (len(options) // 2)
    return dict(option.split("=", 1) for option in options[1::2])


def test_first_start_makes_the_files_in_a_draft_and_moves_them_in_place(postgres: Postgres) -> None:
    postgres.prepare()

    draft = postgres.folder.with_name("postgres.new")
    assert asked(postgres)[:6] == ["-D", str(draft), "-U", "postgres", "-E", "UTF8"]
    assert not draft.exists()


def test_second_start_makes_no_files(postgres: Postgres, programs: Path) -> None:
    postgres.prepare()
    made = asked(postgres)
    program(programs, "initdb", "exit 1")

    postgres.prepare()

    assert asked(postgres) == made


@pytest.mark.parametrize(
    ("version", "locale"),
    [
        ("15.4", ["--locale=C.UTF-8"]),
        ("16.0", ["--locale=C.UTF-8"]),
        ("17.0", ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]),
        ("18beta1", ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]),
    ],
)
def test_rules_of_upper_and_lower_case_are_the_same_on_every_machine(
    postgres: Postgres, programs: Path, version: str, locale: list[str]
) -> None:
    program(programs, "postgres", f"echo 'postgres (PostgreSQL) {version}'")
    program(programs, "initdb", INITDB.replace("18", version[:2]))

    postgres.prepare()

    assert [option for option in asked(postgres) if "locale" in option] == locale


def test_nobody_reaches_the_cluster_over_a_network(postgres: Postgres) -> None:
    postgres.prepare()

    assert {"--auth-local=trust", "--auth-host=reject"} <= set(asked(postgres))
    assert settings(postgres)["listen_addresses"] == ""
    assert settings(postgres)["unix_socket_directories"] == str(postgres.directory.sockets)


def test_only_data_that_may_be_lost_is_written_without_care(postgres: Postgres) -> None:
    fast = Postgres(postgres.directory, fast=True)
    fast.prepare()

    careless = {"fsync", "synchronous_commit", "full_page_writes", "autovacuum"}
    assert {settings(fast)[name] for name in careless} == {"off"}
    assert careless & settings(postgres).keys() == set()
    assert "--no-sync" in asked(fast)


def test_installation_to_keep_is_written_to_the_disk_when_it_is_made(postgres: Postgres) -> None:
    postgres.prepare()

    assert "--no-sync" not in asked(postgres)


def test_logs_quote_neither_statements_nor_values(postgres: Postgres) -> None:
    """Both hold customers' data."""
    quiet = {name: settings(postgres)[name] for name in ("log_min_error_statement", "log_error_verbosity")}

    assert quiet == {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}


def test_files_that_cannot_be_made_are_told_with_the_reason_and_thrown_away(postgres: Postgres, programs: Path) -> None:
    program(programs, "initdb", "echo running; echo 'initdb: error: could not create directory: disk full' >&2; exit 1")

    assert refusal(postgres) == (
        f"PostgreSQL could not make its files in {postgres.folder}: "
        "initdb: error: could not create directory: disk full"
    )
    assert not postgres.folder.exists()
    assert not postgres.folder.with_name("postgres.new").exists()


def test_data_of_another_version_names_both_and_the_way_over(postgres: Postgres) -> None:
    postgres.folder.mkdir()
    (postgres.folder / "PG_VERSION").write_text("15\n")

    assert refusal(postgres) == (
        f"The data in {postgres.folder} was made by PostgreSQL 15 and this is 18: "
        "move it over with `bin/manage backup` and `restore`, or choose another folder with --data."
    )


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'error while loading shared libraries: libicu.so' >&2; exit 127",
         "error while loading shared libraries: libicu.so"),
        ("echo first >&2; echo 'FATAL: of the two' >&2; exit 1", "FATAL: of the two"),
        ("echo first; echo second; exit 1", "first"),
        ("exit 1", "no reason given"),
        ("echo 'no number'", "no number"),
    ],
)  # fmt: skip
def test_programs_that_do_not_run_are_told_with_their_reason(
    postgres: Postgres, programs: Path, script: str, reason: str
) -> None:
    program(programs, "postgres", script)

    assert refusal(postgres) == f"The PostgreSQL in {programs} does not run: {reason}"


@pytest.mark.parametrize(
    ("chosen", "advice"),
    [("", "run bin/up again to reinstall."), ("/usr/lib/pg", "HILO_POSTGRES_BIN names its folder.")],
)
def test_missing_program_is_named_with_what_puts_it_back(
    postgres: Postgres, programs: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, advice: str
) -> None:
    monkeypatch.setenv("HILO_POSTGRES_BIN", chosen)
    (programs / "postgres").unlink()

    assert refusal(postgres) == f"Cannot run {programs}/postgres (No such file or directory): {advice}"


def test_programs_of_the_operator_do_not_see_the_keys(
    postgres: Postgres, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HILO_SECRET_KEY", "secret")
    monkeypatch.setenv("PGDATABASE", "elsewhere")
    program(programs, "psql", "env")

    told = dict(line.split("=", 1) for line in postgres.ask("hilo", "SELECT 1"))

    assert (told["LC_ALL"], told["TZ"]) == ("C", "UTC")
    assert told.keys() & {"HILO_SECRET_KEY", "PGDATABASE"} == set()


def test_question_without_an_answer_is_answered_by_nothing(postgres: Postgres, programs: Path) -> None:
    program(programs, "psql", "echo 'ERROR: relation \"crm_contact\" does not exist' >&2; exit 1")

    assert postgres.ask("hilo", "SELECT 1 FROM crm_contact") == []


@pytest.mark.parametrize(("code", "ready"), [(0, True), (1, False), (2, False)])
def test_server_is_ready_when_its_own_program_says_so(
    postgres: Postgres, programs: Path, code: int, ready: bool
) -> None:
    """1: it refuses connections, as while it recovers; 2: it does not answer."""
    program(programs, "pg_isready", f"exit {code}")

    assert postgres.is_ready() is ready


def test_database_that_cannot_be_set_up_says_why(postgres: Postgres, programs: Path) -> None:
    program(programs, "psql", "cat > /dev/null; echo 'psql: error: FATAL: too many connections' >&2; exit 2")

    with pytest.raises(ServiceError, match=r"^PostgreSQL could not be set up: psql: error: FATAL: too many conn"):
        postgres.set_up()


def test_locks_that_a_dead_server_left_are_removed(postgres: Postgres, directory: DataDirectory) -> None:
    postgres.prepare()
    for lock in LOCKS:
        (directory.root / lock).write_text(f"{os.getpid()}\n")

    postgres.prepare()

    assert [lock for lock in LOCKS if (directory.root / lock).exists()] == []


def test_locks_of_a_living_server_stay(postgres: Postgres, directory: DataDirectory, programs: Path) -> None:
    """Two servers on one folder would destroy it."""
    postgres.prepare()
    for lock in LOCKS:
        (directory.root / lock).write_text("1\n")
    (programs / "postgres.exe").write_bytes(Path("/bin/sleep").read_bytes())
    (programs / "postgres.exe").chmod(0o755)

    with subprocess.Popen([programs / "postgres.exe", "60"], cwd=postgres.folder) as server:
        postgres.prepare()
        server.kill()

    assert all((directory.root / lock).exists() for lock in LOCKS)


@pytest.mark.parametrize("name", ["plain", "with space", "ñandú", "a?b&c=d%41"])
@pytest.mark.usefixtures("programs")
def test_address_of_any_folder_is_understood_by_its_reader(name: str) -> None:
    postgres = Postgres(DataDirectory(Path("/srv") / name, Account(1, 1, switch=False)))

    assert conninfo_to_dict(postgres.url) == {"user": "hilo", "dbname": "hilo", "host": f"/srv/{name}/run"}

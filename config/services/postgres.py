"""The embedded PostgreSQL: a cluster in the data directory, reached through a Unix socket only.

The role `hilo` owns its databases but is no superuser, as on a well-kept external server; extensions that only a
superuser may create are put into `template1`, so that each new database has them.
"""

import os
import re
import shutil
import signal
import subprocess
from urllib.parse import quote

from config.services import processes
from config.services.binaries import postgres_folder
from config.services.errors import ServiceError
from config.services.layout import DataDirectory

ROLE = DATABASE = "hilo"
SUPERUSER = "postgres"
COMMON_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "150",
    "shared_preload_libraries": "pg_stat_statements",
    "random_page_cost": "1.1",
    "wal_compression": "pglz",
    "TimeZone": "UTC",
    # Failed statements and DETAIL lines quote customers' data; logs keep neither.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
DURABLE_SETTINGS = {
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "track_io_timing": "on",
}
# For data that may be lost with the machine: tests.
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "256MB",
    "log_min_messages": "fatal",
}
SUPERUSER_EXTENSIONS = ("pg_stat_statements", "vector")


class Postgres:
    name = "postgres"
    executable = "postgres"
    # "Fast": SIGTERM would wait for every client, which a connection pool makes for ever.
    stop_signal = signal.SIGINT

    def __init__(self, directory: DataDirectory, *, fast: bool = False) -> None:
        self.directory = directory
        self.folder = directory.postgres
        self.fast = fast
        self.binaries = postgres_folder(directory.account)

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.directory.sockets))}"

    def prepare(self) -> None:
        if not (self.folder / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        self._remove_stale_locks()

    def command(self) -> list[str]:
        settings = COMMON_SETTINGS | (FAST_SETTINGS if self.fast else DURABLE_SETTINGS)
        settings["unix_socket_directories"] = str(self.directory.sockets)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.folder), *options]

    def is_ready(self) -> bool:
        return self._client("pg_isready", "-q", "-d", "postgres").returncode == 0

    def set_up(self) -> None:
        wanted = "','".join(SUPERUSER_EXTENSIONS)
        self._sql(
            "template1",
            "SELECT format('CREATE EXTENSION IF NOT EXISTS %I', name) FROM pg_available_extensions "
            f"WHERE name IN ('{wanted}') AND installed_version IS NULL \\gexec",
        )
        self._sql(
            "postgres",
            f"SELECT 'CREATE ROLE {ROLE} LOGIN CREATEDB IN ROLE pg_monitor' "
            f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \\gexec\n"
            f"SELECT 'CREATE DATABASE {DATABASE} OWNER {ROLE}' "
            f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec",
        )

    def version(self) -> int:
        answer = self._run(str(self.binaries / "postgres"), "--version")
        found = re.search(r"(\d+)", answer.stdout)
        if answer.returncode or not found:
            raise ServiceError(f"The PostgreSQL in {self.binaries} does not run: {_last_line(answer)}")
        return int(found[1])

    def _initialise(self) -> None:
        """Into a draft folder first: an initialisation that was killed half-way is thrown away, not used."""
        draft = self.folder.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.directory.account.own(draft)
        # Unicode-right case rules that are the same on every machine; PostgreSQL has its own since 17.
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        locale = builtin if self.version() >= 17 else ("--locale=C.UTF-8",)
        answer = self._run(
            *(str(self.binaries / "initdb"), "-D", str(draft), "-U", SUPERUSER, "-E", "UTF8", *locale),
            *("--auth-local=trust", "--auth-host=reject", *(("--no-sync",) if self.fast else ())),
        )
        if answer.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise ServiceError(f"PostgreSQL could not make its files in {self.folder}: {_last_line(answer)}")
        draft.rename(self.folder)

    def _check_version(self) -> None:
        made_by = (self.folder / "PG_VERSION").read_text().strip()
        if made_by != str(self.version()):
            raise ServiceError(
                f"The data in {self.folder} was made by PostgreSQL {made_by} and this is {self.version()}: "
                "move it over with `bin/manage backup` and `restore`, or choose another folder with --data."
            )

    def _remove_stale_locks(self) -> None:
        """A lock names a pid; a zombie or an unrelated process with the same number must not stop us."""
        if processes.servers_in(self.folder, self.executable):
            return
        for leftover in (
            self.folder / "postmaster.pid",
            self.directory.sockets / ".s.PGSQL.5432",
            self.directory.sockets / ".s.PGSQL.5432.lock",
        ):
            leftover.unlink(missing_ok=True)

    def _sql(self, database: str, script: str) -> None:
        answer = self._client("psql", "-Xqv", "ON_ERROR_STOP=1", "-d", database, "-f", "-", script=script)
        if answer.returncode:
            raise ServiceError(f"PostgreSQL could not be set up: {_last_line(answer)}")

    def ask(self, database: str, question: str) -> list[str]:
        """One column of the answer; nothing, and no complaint, when there is none, for example for want of a table."""
        quiet = ("-c", "SET log_min_messages = panic")
        return self._client("psql", "-XAtq", "-d", database, *quiet, "-c", question).stdout.splitlines()

    def _client(self, program: str, *arguments: str, script: str = "") -> subprocess.CompletedProcess[str]:
        connection = ("-h", str(self.directory.sockets), "-U", SUPERUSER)
        return self._run(str(self.binaries / program), *connection, *arguments, script=script)

    def _run(self, *command: str, script: str = "") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        try:
            return subprocess.run(
                command,
                input=script,
                capture_output=True,
                text=True,
                cwd="/",
                env=environment,
                check=False,
                **self.directory.account.popen_options(),
            )
        except OSError as error:
            chosen = "HILO_POSTGRES_BIN names its folder" if os.environ.get("HILO_POSTGRES_BIN") else ""
            advice = chosen or "run bin/up again to reinstall"
            raise ServiceError(f"Cannot run {command[0]} ({error.strerror}): {advice}.") from error


def _last_line(answer: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (answer.stderr or answer.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return (errors or lines or ["no reason given"])[0].strip()

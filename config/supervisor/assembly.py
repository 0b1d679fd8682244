"""Children made from servers and from the table of programs."""

import os
import signal

from config.services.embedded import STOP_SECONDS, shut_down
from config.services.environment import build
from config.services.layout import DataDirectory
from config.services.server import Server
from config.supervisor.child import Child
from config.supervisor.holding import MARK
from config.supervisor.options import Options
from config.supervisor.output import Output
from config.supervisor.table import Program

# glibc gives each thread an arena of its own otherwise, and keeps what was freed in it.
FRUGAL = {"MALLOC_ARENA_MAX": "2"}


class Assembly:
    """What every child needs to know about this installation."""

    def __init__(self, options: Options, directory: DataDirectory, servers: list[Server], output: Output) -> None:
        self.options = options
        self.directory = directory
        self.servers = servers
        self.output = output

    def environment(self, role: str) -> dict[str, str]:
        urls = {server.name: server.url for server in self.servers}
        shared = build(
            self.directory,
            database_url=urls.get("postgres") or os.environ["DATABASE_URL"],
            valkey_url=urls.get("valkey") or os.environ["VALKEY_URL"],
            role=role,
        )
        return shared | self.options.environment() | {MARK: str(self.directory.root)} | FRUGAL

    def of_server(self, server: Server) -> Child:
        def clean_up() -> None:
            shut_down(server)
            server.prepare()

        return Child(
            server.name,
            server.command,
            # Servers get none of the product's secrets.
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            output=self.output,
            stop_signal=server.stop_signal,
            grace_seconds=STOP_SECONDS,
            account=self.directory.account,
            clean_up=clean_up,
        )

    def of_program(self, program: Program) -> Child:
        return Child(
            program.name,
            lambda: program.command,
            environment=self.environment(program.role) | program.environment,
            output=self.output,
            stop_signal=signal.SIGTERM,
            grace_seconds=program.grace_seconds,
        )

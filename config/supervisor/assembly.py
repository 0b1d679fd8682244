"""Children made from servers and from the table of programs."""

import os
import signal
import subprocess

from config.roles import PAGES
from config.services import processes
from config.services.embedded import STOP_SECONDS, shut_down
from config.services.environment import build
from config.services.layout import DataDirectory
from config.services.server import Server
from config.supervisor import forking
from config.supervisor.child import Child
from config.supervisor.holding import MARK
from config.supervisor.options import Options
from config.supervisor.output import Output
from config.supervisor.programs import ENVIRONMENT, Program
from config.supervisor.shifts import Shifts

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

    def load_the_house(self) -> None:
        """Programs are forked from it. It takes a while, meant for the time in which the servers start."""
        forking.load_the_house(self._of_the_house())

    def _of_the_house(self) -> dict[str, str]:
        return self.environment(PAGES) | ENVIRONMENT

    def of_server(self, server: Server) -> Child:
        def launch() -> subprocess.Popen[bytes]:
            shut_down(server)
            server.prepare()
            return processes.spawn(
                server.command(),
                account=self.directory.account,
                # Servers get none of the product's secrets.
                environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                output=subprocess.PIPE,
                death_signal=server.stop_signal,
            )

        return Child(
            server.name,
            launch,
            output=self.output,
            stop_signal=server.stop_signal,
            grace_seconds=STOP_SECONDS,
        )

    def of_program(self, program: Program) -> Child:
        shifts = Shifts()
        return Child(
            program.name,
            lambda: forking.fork(program.name, self.options, self._of_the_house(), shifts.next()),
            output=self.output,
            stop_signal=signal.SIGTERM,
            grace_seconds=program.grace_seconds,
        )

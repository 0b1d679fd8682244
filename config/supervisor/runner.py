"""From nothing to Ready, then watching, then to nothing again."""

import signal
import time
from collections.abc import Callable
from functools import partial
from types import FrameType

from config.services import secrets
from config.services.embedded import START_SECONDS, servers
from config.services.errors import ServiceError
from config.services.layout import addressed, prepare
from config.services.server import Server
from config.supervisor import checks, database, forking, prepared, ready
from config.supervisor.assembly import Assembly
from config.supervisor.child import Child
from config.supervisor.holding import hold
from config.supervisor.options import Options
from config.supervisor.output import Output
from config.supervisor.programs import PROGRAMS

LOOK_SECONDS = 0.1
READY_SECONDS = 60.0
STOPPED_EARLY = "Stopped before it was ready. What is done stays: start it again to go on."
DEMO_PEOPLE = ("admin", "manager", "sales", "agent", "agent2")


class StopRequested(Exception):
    """A signal asked for the end while the start was under way."""


class Supervisor:
    def __init__(self, options: Options, output: Output) -> None:
        self.options = options
        self.output = output
        self.stopping = False
        self.directory = prepare(options.data)
        self.servers: list[Server] = servers(self.directory)
        self.assembly = Assembly(options, self.directory, self.servers, output)
        self.children: list[Child] = []

    def run(self) -> None:
        """Until a signal. Raises ServiceError when the start fails or is broken off; nothing is left running then."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Also where a shell started us with SIGINT ignored, as it does with `bin/up &`.
            signal.signal(number, self._signalled)
        for sentence in checks.not_heeded():
            self.output.plain(sentence)
        with hold(self.directory, self.servers, self.output):
            checks.ports(self.options)
            try:
                self._start()
                self._announce()
                self._watch()
            except (StopRequested, ServiceError) as error:
                # Ctrl-C reaches initdb and its like by itself, and these call it a failure of theirs.
                raise ServiceError(STOPPED_EARLY) if self.stopping else error from error
            finally:
                self._stop()

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _start(self) -> None:
        self.assembly.load_the_house()
        if self.servers:
            with self.output.step("Starting " + " and ".join(server.name for server in self.servers)):
                self._start_servers()
        if not self._is_prepared():
            database.prepare(
                self.assembly.environment("manage"),
                demo=self.options.demo,
                log=self.directory.logs / "prepare.log",
                interrupted=lambda: self.stopping,
            )
        with self.output.step("Starting web, worker and listeners"):
            ready.forget_earlier_reports(self.servers)
            for program in PROGRAMS:
                self._add(self.assembly.of_program(program))
            self._wait(lambda: ready.answers(self.options), READY_SECONDS)

    def _is_prepared(self) -> bool:
        if self.options.demo and secrets.has_new_demo_password(self.directory.secrets):
            return False
        return prepared.needs_nothing(self.servers, demo=self.options.demo)

    def _start_servers(self) -> None:
        for server in self.servers:
            self._add(self.assembly.of_server(server))
        for server, child in zip(self.servers, self.children, strict=True):
            self._wait(partial(_ready_or_dead, server, child), START_SECONDS)
            if not child.is_running:
                raise ServiceError(f"{server.name} did not start: {child.last_words()}")
            server.set_up()

    def _add(self, child: Child) -> None:
        if self.stopping:
            raise StopRequested
        self.children.append(child)
        child.start()

    def _wait(self, condition: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if self.stopping:
                raise StopRequested
            if time.monotonic() > deadline:
                raise ServiceError(f"The start took longer than {seconds:.0f} s: the lines above say what hangs.")
            time.sleep(LOOK_SECONDS)
            self._look_after_programs()

    def _look_after_programs(self) -> None:
        for child in self.children[len(self.servers) :]:
            child.look_after()

    def _announce(self) -> None:
        self.output.plain(f"Ready: {self.options.url}")
        if self.options.demo:
            password = self.assembly.environment("manage")["HILO_DEMO_PASSWORD"]
            self.output.plain("Demo logins: " + ", ".join(f"{name}@hilo.example" for name in DEMO_PEOPLE))
            self.output.plain(f"Their password: {password}")
        elif prepared.has_nobody(self.servers):
            command = addressed("bin/manage createsuperuser", self.directory.root)
            self.output.plain(f"Nobody can sign in yet: {command} makes the first account, an admin's.")

    def _watch(self) -> None:
        while not self.stopping:
            for child in self.children:
                child.look_after()
            time.sleep(LOOK_SECONDS)

    def _stop(self) -> None:
        """All programs at once, then the servers that they used, the last one started first."""
        embedded, using = self.children[: len(self.servers)], self.children[len(self.servers) :]
        for child in using:
            child.ask_to_stop()
        for child in using:
            child.finish()
        forking.unload()
        for child in reversed(embedded):
            child.ask_to_stop()
            child.finish()
        self.output.plain("Stopped.")


def _ready_or_dead(server: Server, child: Child) -> bool:
    return not child.is_running or server.is_ready()

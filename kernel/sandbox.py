"""Runs a function on hostile input in a process that can be killed.

`run("omnichannel.channels.email.parse", "parse", raw)` calls `parse(raw)` in a child with bounded CPU time, wall
time, memory, input and output, and gives back what it returned (JSON data or bytes). Children are kept warm, so the
usual call costs milliseconds. One that fails, exceeds a limit or has served `JOBS_PER_WORKER` calls is replaced.

On the wire, request: header length (4 bytes), payload length (8 bytes), JSON header, payload.
Reply: kind (1 byte), length (8 bytes), body. Kinds: J JSON, B bytes, E error, M out of memory, O output too large.

A child is started by one long-living thread: the kernel ties "die with the parent" to the *thread* that started it.
Usable from threads and from forked workers: after a fork the new process starts children of its own.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from kernel.sandbox_child import FRAME, REPLY
from kernel.told import kept

ROOT = Path(__file__).resolve().parent.parent
JOBS_PER_WORKER = 200
IDLE_WORKERS = 2
LARGE_PAYLOAD = 4 << 20  # after a payload like this the child is replaced, which gives its memory back
CHUNK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """CPU and wall time in seconds, sizes in bytes. Wall time is generous: a busy machine is no fault of the input."""

    cpu: int = 10
    wall: float = 45.0
    memory: int = 1 << 30
    input: int = 52 << 20
    output: int = 64 << 20


TOO_MUCH_INPUT = kept("Input of {size} bytes is over the limit of {limit}.")
TOO_MUCH_OUTPUT = kept("Output of {size} bytes is over the limit of {limit}.")
LONG_OUTPUT = kept("Output of {size} bytes is over the limit.")
NO_BEGINNING = kept("The sandbox process ended before it began, twice.")
TOO_LONG = kept("The work took longer than the wall time allowed.")
TOO_MUCH_WORK = kept("The work took more CPU time than allowed.")
TOO_MUCH_MEMORY = kept("The work needed more memory than allowed.")
ENDED = kept("The sandbox process ended with {reason}.")


class SandboxError(Exception):
    """The function gave no result. The message says why, in words for the operator."""


class SandboxTimeout(SandboxError):
    """CPU or wall time ran out."""


class SandboxMemory(SandboxError):
    """The address space was not enough."""


class SandboxTooLarge(SandboxError):
    """Input or output beyond the limit."""


class SandboxCrash(SandboxError):
    """The process ended without an answer."""


class SandboxFailed(SandboxError):
    """The function raised; `kind` is the name of the exception's class."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class _Gone(Exception):
    """The child had ended before it read anything (idle for long): not the input's fault."""


def run(module: str, function: str, payload: bytes, *, limits: Limits | None = None, **options: Any) -> Any:
    """Calls `function(payload, **options)` of `module` in a child. Raises a `SandboxError` if there is no result."""
    limits = limits or Limits()
    if len(payload) > limits.input:
        raise SandboxTooLarge(TOO_MUCH_INPUT.format(size=len(payload), limit=limits.input))
    header = {"module": module, "function": function, "options": options, "cpu": limits.cpu, "output": limits.output}
    for _ in range(2):
        worker = _pool.take(limits.memory)
        try:
            return worker.call(json.dumps(header).encode(), payload, limits)
        except _Gone:
            continue
        finally:
            _pool.give_back(worker)
    raise SandboxCrash(NO_BEGINNING)


def close() -> None:
    """Stops the idle children. The next call starts new ones."""
    _pool.close()


class _Worker:
    """One child and its two pipes; used by one thread at a time."""

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self.jobs = 0
        self.healthy = True
        command = [sys.executable, "-I", str(ROOT / "kernel" / "sandbox_child.py")]
        self.process = subprocess.Popen(
            [*command, str(ROOT), str(os.getpid()), str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        )
        self.requests = cast(IO[bytes], self.process.stdin)
        self.replies = cast(IO[bytes], self.process.stdout)
        for pipe in (self.requests, self.replies):
            os.set_blocking(pipe.fileno(), False)

    @property
    def usable(self) -> bool:
        return self.healthy and self.jobs < JOBS_PER_WORKER and self.process.poll() is None

    def call(self, header: bytes, payload: bytes, limits: Limits) -> Any:
        self.jobs += 1
        deadline = time.monotonic() + limits.wall
        self.healthy = False  # until a whole reply has been read
        self._send(FRAME.pack(len(header), len(payload)) + header, deadline)
        self._send(payload, deadline, started=True)
        kind, size = REPLY.unpack(self._receive(REPLY.size, deadline))
        if size > limits.output:
            raise SandboxTooLarge(TOO_MUCH_OUTPUT.format(size=size, limit=limits.output))
        body = self._receive(size, deadline)
        self.healthy = kind in b"JBE" and len(payload) + size < LARGE_PAYLOAD
        return _decode(kind, body)

    def _send(self, data: bytes, deadline: float, *, started: bool = False) -> None:
        view = memoryview(data)
        while view:
            self._wait(self.requests.fileno(), selectors.EVENT_WRITE, deadline)
            try:
                view = view[os.write(self.requests.fileno(), view[:CHUNK]) :]
            except BrokenPipeError:
                raise (self._ended() if started else _Gone) from None

    def _receive(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait(self.replies.fileno(), selectors.EVENT_READ, deadline)
            chunk = os.read(self.replies.fileno(), min(CHUNK, size - len(data)))
            if not chunk:
                raise self._ended()
            data += chunk
        return bytes(data)

    def _wait(self, fd: int, event: int, deadline: float) -> None:
        with selectors.PollSelector() as selector:
            selector.register(fd, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise SandboxTimeout(TOO_LONG)

    def _ended(self) -> Exception:
        code = self.process.wait()
        if code == -signal.SIGXCPU:
            return SandboxTimeout(TOO_MUCH_WORK)
        if code == 0 or (code == -signal.SIGKILL and self.jobs > 1):  # ended, or was killed, while it was idle
            return _Gone()
        return SandboxCrash(ENDED.format(reason=_name_of(code)))

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.forget()

    def forget(self) -> None:
        """Closes our ends of the pipes and leaves the process to whoever owns it."""
        for pipe in (self.requests, self.replies):
            pipe.close()


def _name_of(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _decode(kind: bytes, body: bytes) -> Any:
    match kind:
        case b"J":
            return json.loads(body)
        case b"B":
            return body
        case b"M":
            raise SandboxMemory(TOO_MUCH_MEMORY)
        case b"O":
            raise SandboxTooLarge(LONG_OUTPUT.format(size=body.decode()))
    raise SandboxFailed(*json.loads(body))


class _Pool:
    """Idle children, newest first; as many busy ones as there are threads that ask."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.idle: list[_Worker] = []
        self.spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-spawner")

    def take(self, memory: int) -> _Worker:
        with self.lock:
            fitting = next((worker for worker in reversed(self.idle) if worker.memory == memory), None)
            if fitting:
                self.idle.remove(fitting)
        if fitting and fitting.usable:
            return fitting
        if fitting:
            fitting.stop()
        return self.spawner.submit(_Worker, memory).result()

    def give_back(self, worker: _Worker) -> None:
        with self.lock:
            if worker.usable and len(self.idle) < IDLE_WORKERS:
                self.idle.append(worker)
                return
        worker.stop()

    def close(self) -> None:
        with self.lock:
            workers, self.idle = self.idle, []
        for worker in workers:
            worker.stop()


_pool = _Pool()


def _start_afresh() -> None:
    """In a forked process: the children belong to the parent, and the spawner's thread was not copied."""
    global _pool
    for worker in _pool.idle:
        worker.forget()
    _pool = _Pool()


os.register_at_fork(after_in_child=_start_afresh)

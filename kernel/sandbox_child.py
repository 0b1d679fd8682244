"""The child's side of `kernel.sandbox`: limits itself, then answers one request after the other.

It runs as `python -I` and must stay light: standard library only, no Django, no package `__init__` of an app.
Frames on the wire are described in `kernel.sandbox`.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import select
import signal
import struct
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, BinaryIO

PR_SET_PDEATHSIG = 1
IDLE_SECONDS = 120
FRAME = struct.Struct("!IQ")
REPLY = struct.Struct("!cQ")


def main(root: str, parent: int, memory: int) -> None:
    """`root` is the folder that holds the packages, `parent` the pid to die with, `memory` bytes of address space."""
    die_with(parent)
    limit_process(memory)
    requests, replies = claim_pipes()
    while (request := next_request(requests)) is not None:
        answer(root, request, replies)


def die_with(parent: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent died before the line above took hold
        os._exit(0)


def limit_process(memory: int) -> None:
    """No core files, no writing of files, a bounded address space. CPU time is bounded for each request."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for signum in (signal.SIGINT, signal.SIGTERM):  # a stop is the parent's decision; it closes our pipe
        signal.signal(signum, signal.SIG_IGN)


def claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Moves the pipes away from 0 and 1, so that a stray print cannot write into a reply."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return os.fdopen(requests, "rb", buffering=0), os.fdopen(replies, "wb", buffering=0)


def next_request(requests: BinaryIO) -> tuple[dict[str, Any], bytearray] | None:
    """None when the parent closed the pipe or nothing came for `IDLE_SECONDS`."""
    if not select.select([requests], [], [], IDLE_SECONDS)[0]:
        return None
    head = read_exactly(requests, FRAME.size)
    if len(head) < FRAME.size:
        return None
    header_size, payload_size = FRAME.unpack(head)
    header: dict[str, Any] = json.loads(bytes(read_exactly(requests, header_size)))
    limit_cpu(header["cpu"])
    return header, read_exactly(requests, payload_size)


def read_exactly(stream: BinaryIO, size: int) -> bytearray:
    data = bytearray(size)
    view, filled = memoryview(data), 0
    while filled < size:
        got = os.readv(stream.fileno(), [view[filled : filled + (1 << 20)]])
        if not got:
            return data[:filled]
        filled += got
    return data


def limit_cpu(seconds: int) -> None:
    """RLIMIT_CPU counts from the start of the process, so every request moves the soft limit on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def answer(root: str, request: tuple[dict[str, Any], bytearray], replies: BinaryIO) -> None:
    header, payload = request
    try:
        function = load(root, header["module"], header["function"])
        kind, body = encode(function(bytes(payload), **header["options"]))
    except MemoryError:
        kind, body = b"M", b""
    except Exception as error:  # whatever hostile input provokes is the parent's to judge
        kind, body = b"E", json.dumps([type(error).__name__, str(error)[:500]]).encode()
    if len(body) > header["output"]:
        kind, body = b"O", str(len(body)).encode()
    write_all(replies, REPLY.pack(kind, len(body)) + body)


def encode(result: Any) -> tuple[bytes, bytes]:
    if isinstance(result, bytes):
        return b"B", result
    return b"J", json.dumps(result).encode()


def write_all(stream: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(stream.fileno(), view) :]


def load(root: str, module: str, function: str) -> Callable[..., Any]:
    mount_parents(root, module)
    loaded: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return loaded


def mount_parents(root: str, module: str) -> None:
    """Puts bare packages in place of the parents, so that no app's `__init__` (and with it Django) is executed."""
    parts = module.split(".")
    for length in range(1, len(parts)):
        name = ".".join(parts[:length])
        if name not in sys.modules:
            package = ModuleType(name)
            package.__path__ = [os.path.join(root, *parts[:length])]
            sys.modules[name] = package


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

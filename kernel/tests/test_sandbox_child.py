"""The child's side of the sandbox, call by call: what it reads from its pipe and what it writes back."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from kernel import sandbox_child
from kernel.sandbox_child import REPLY

PLENTY = 1 << 20


class Pipe:
    """Both ends, unbuffered as the child has them."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self.reading: BinaryIO = os.fdopen(reading, "rb", buffering=0)
        self.writing: BinaryIO = os.fdopen(writing, "wb", buffering=0)

    def close(self) -> None:
        self.reading.close()
        self.writing.close()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Path]:
    """A package whose own beginning must not be run, with a module of functions in it."""
    folder = tmp_path / "sandboxed" / "inner"
    folder.mkdir(parents=True)
    for place in (tmp_path / "sandboxed", folder):
        (place / "__init__.py").write_text("raise RuntimeError('this would bring Django')")
    (folder / "work.py").write_text(
        "def shout(payload, *, sign='!'): return payload.decode().upper() + sign\n"
        "def echo(payload): return payload\n"
        "def hungry(payload): raise MemoryError\n"
        "def fails(payload): raise ValueError(payload.decode() * 100)\n"
        "def unspeakable(payload): return {1, 2}\n"
    )
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "sandboxed"]:
        del sys.modules[name]


def answered(pipe: Pipe, house: Path, function: str, payload: bytes, output: int = PLENTY, **options: Any) -> Any:
    header = {"module": "sandboxed.inner.work", "function": function, "options": options, "output": output}
    sandbox_child.answer(str(house), (header, bytearray(payload)), pipe.writing)
    kind, size = REPLY.unpack(pipe.reading.read(REPLY.size) or b"")
    return kind, pipe.reading.read(size) if size else b""


def test_result_comes_back_as_json_and_bytes_as_they_are(pipe: Pipe, house: Path) -> None:
    assert answered(pipe, house, "shout", "ñ".encode(), sign="?") == (b"J", b'"\\u00d1?"')
    assert answered(pipe, house, "echo", b"\x00\xff") == (b"B", b"\x00\xff")
    assert answered(pipe, house, "echo", b"") == (b"B", b"")


def test_packages_above_the_module_are_bare(pipe: Pipe, house: Path) -> None:
    answered(pipe, house, "echo", b"")

    bare = [sys.modules[name] for name in ("sandboxed", "sandboxed.inner")]
    assert [hasattr(module, "__file__") for module in bare] == [False, False]


def test_package_that_is_there_already_is_left_alone(house: Path) -> None:
    """The second request finds what the first one loaded."""
    first = sandbox_child.load(str(house), "sandboxed.inner.work", "echo")
    package = sys.modules["sandboxed.inner"]

    assert sandbox_child.load(str(house), "sandboxed.inner.work", "echo") is first
    assert sys.modules["sandboxed.inner"] is package


def test_want_of_memory_is_told_without_needing_any(pipe: Pipe, house: Path) -> None:
    assert answered(pipe, house, "hungry", b"") == (b"M", b"")


def test_failure_is_told_by_its_kind_and_the_beginning_of_its_words(pipe: Pipe, house: Path) -> None:
    kind, body = answered(pipe, house, "fails", b"0123456789")

    assert (kind, json.loads(body)) == (b"E", ["ValueError", "0123456789" * 50])


@pytest.mark.parametrize(("function", "kind"), [("unspeakable", "TypeError"), ("nobody", "AttributeError")])
def test_answer_that_cannot_be_had_is_a_failure_too(pipe: Pipe, house: Path, function: str, kind: str) -> None:
    letter, body = answered(pipe, house, function, b"")

    assert (letter, json.loads(body)[0]) == (b"E", kind)


@pytest.mark.parametrize(("length", "reply"), [(10, (b"B", b"x" * 10)), (11, (b"O", b"11"))])
def test_answer_longer_than_allowed_is_told_by_its_length_alone(
    pipe: Pipe, house: Path, length: int, reply: tuple[bytes, bytes]
) -> None:
    assert answered(pipe, house, "echo", b"x" * length, output=10) == reply


@pytest.mark.parametrize("size", [0, 1, 100])
def test_exactly_what_was_announced_is_read(pipe: Pipe, size: int) -> None:
    pipe.writing.write(b"x" * size + b"the next request")

    assert sandbox_child.read_exactly(pipe.reading, size) == b"x" * size
    assert pipe.reading.read(100) == b"the next request"


def test_parent_that_goes_in_the_middle_leaves_what_came(pipe: Pipe) -> None:
    pipe.writing.write(b"half")
    pipe.writing.close()

    assert sandbox_child.read_exactly(pipe.reading, 8) == b"half"


@pytest.mark.parametrize("begun", [b"", b"\x00\x00\x00"])
def test_closed_pipe_ends_the_child(pipe: Pipe, begun: bytes) -> None:
    pipe.writing.write(begun)
    pipe.writing.close()

    assert sandbox_child.next_request(pipe.reading) is None


def test_child_that_nobody_needs_ends(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_child, "IDLE_SECONDS", 0)

    assert sandbox_child.next_request(pipe.reading) is None

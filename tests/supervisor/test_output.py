"""One terminal for all processes: who says what, in which colour, and what stands beside a step."""

import io
import os
import re
from typing import IO

import pytest

from config.services.processes import wait_until
from config.supervisor.output import COLOURS, Output


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def colours_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)


def piped(content: bytes) -> IO[bytes]:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return os.fdopen(reading, "rb")


def colours(stream: io.StringIO) -> list[str]:
    return re.findall(r"^\x1b\[(\d+)m", stream.getvalue(), re.MULTILINE)


def test_names_stand_in_a_column_after_the_time() -> None:
    stream = io.StringIO()
    output = Output(stream)

    output.line("web", "first")
    output.line("listeners", "second")

    assert [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in stream.getvalue().splitlines()] == [
        "web       | first",
        "listeners | second",
    ]


def test_each_process_keeps_its_colour_on_a_terminal() -> None:
    stream = Terminal()
    output = Output(stream)

    for name in ("web", "worker", "web"):
        output.line(name, "text")

    assert colours(stream) == [COLOURS[0], COLOURS[1], COLOURS[0]]
    assert stream.getvalue().splitlines()[0].endswith("web       |\x1b[0m text")


def test_colours_begin_again_when_there_are_more_processes() -> None:
    stream = Terminal()
    output = Output(stream)

    for number in range(len(COLOURS) + 1):
        output.line(f"part {number}", "text")

    assert colours(stream) == [*COLOURS, COLOURS[0]]


def test_file_and_those_who_want_none_get_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    file, terminal = io.StringIO(), Terminal()
    Output(file).line("web", "text")
    monkeypatch.setenv("NO_COLOR", "1")
    Output(terminal).line("web", "text")

    assert "\x1b" not in file.getvalue() + terminal.getvalue()


def test_step_is_told_with_its_seconds_once_it_is_done() -> None:
    stream = io.StringIO()

    with Output(stream).step("Database"):
        assert stream.getvalue() == ""

    assert re.fullmatch(r"Database … \d+\.\d s\n", stream.getvalue())


def test_step_that_fails_is_not_told_as_done() -> None:
    stream = io.StringIO()

    with pytest.raises(ZeroDivisionError), Output(stream).step("Database"):
        raise ZeroDivisionError

    assert stream.getvalue() == ""


def test_output_that_is_no_text_is_shown_as_far_as_it_goes() -> None:
    stream = io.StringIO()
    remembered: list[str] = []

    Output(stream).follow("part", piped(b"caf\xe9  \r\nno end of line"), remembered.append)

    assert wait_until(lambda: stream.getvalue().count("\n") == 2, 5)
    assert remembered == ["caf\N{REPLACEMENT CHARACTER}", "no end of line"]
    assert stream.getvalue().endswith("part      | no end of line\n")


def test_lines_that_only_look_like_routine_are_shown() -> None:
    """What a customer is called must not hide a line."""
    lines = ["LOG: shutting down", "a shutting down of the shop", "worker: Cold", "shutting down. ", "text"]
    stream = io.StringIO()

    Output(stream).follow("web", piped("\n".join(lines).encode()), lambda line: None)

    assert wait_until(lambda: "| text\n" in stream.getvalue(), 5)
    assert [line.partition("| ")[2] for line in stream.getvalue().splitlines()] == [line.strip() for line in lines]


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-22 05:00:00.000 UTC [12] LOG:  starting PostgreSQL 18.1 on x86_64",
        '2026-11-22 05:00:00.000 UTC [12] LOG:  listening on Unix socket "/srv/run/.s.PGSQL.5432"',
        "2026-11-22 05:00:00.000 UTC [12] LOG:  database system was shut down at 2026-11-22 04:00:00 UTC",
        "2026-11-22 05:00:00.000 UTC [12] LOG:  checkpoint complete: wrote 3 buffers",
        '2026-11-22 05:00:00.000 UTC [12] LOG:  background worker "logical replication launcher" (PID 7) exited',
        "12:signal-handler (1763787600) Received SIGTERM scheduling shutdown...",
        "12:M 22 Nov 2026 05:00:00.000 # Valkey is now ready to exit, bye bye...",
        "worker: Hitting Ctrl+C again will terminate all running tasks!",
        "worker: Cold shutdown (MainProcess)",
        "",
    ],
)
def test_what_servers_say_at_every_start_and_stop_is_left_out(line: str) -> None:
    stream = io.StringIO()
    remembered: list[str] = []

    Output(stream).follow("part", piped(f"{line}\nthe end\n".encode()), remembered.append)

    assert wait_until(lambda: "the end" in stream.getvalue(), 5)
    assert (remembered, stream.getvalue().count("\n")) == ([line, "the end"], 1)

"""`bin/up` before anything is started: one sentence and an exit code for whatever stands in its way."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from config.services.environment import REPOSITORY
from config.supervisor.command import main

FULL = "is full: free some space, or choose another folder with --data."


def breaks(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk, as soon as somebody asks it."""

    def broken(place: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(shutil, "disk_usage", broken)


def test_what_can_be_mended_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port=8000", "--smtp-port=8000", f"--data={tmp_path}"]) == 1
    assert capsys.readouterr() == ("", "--port and --smtp-port are both 8000: give each its own.\n")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_disk_that_fills_up_in_any_moment_is_called_by_its_name(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    breaks(number, monkeypatch)

    assert main([f"--data={tmp_path}"]) == 1
    assert capsys.readouterr() == ("", f"The disk that holds {tmp_path} {FULL}\n")


def test_trouble_that_nobody_foresaw_keeps_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(errno.EIO, monkeypatch)

    with pytest.raises(OSError, match="Input/output error"):
        main([f"--data={tmp_path}"])


def test_wrong_command_line_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--prot", "8000"])

    assert stopped.value.code == 2
    assert "unrecognized arguments: --prot 8000" in capsys.readouterr().err


# Ctrl-C while the command imports itself.
INTERRUPTED = """
import os, runpy, signal, sys, time

class Terminal:
    def find_spec(self, name, *rest):
        if name == "{0}.command":
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(10)

sys.meta_path.insert(0, Terminal())
runpy.run_module("{0}", run_name="__main__")
"""


@pytest.mark.parametrize("package", ["config.supervisor", "config.setup"])
def test_interruption_before_there_is_anything_to_stop_is_quiet(package: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(package)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=9,
        check=False,
    )

    assert (answer.returncode, answer.stdout, answer.stderr) == (-signal.SIGINT, "", "")

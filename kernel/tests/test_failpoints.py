"""Places where a test kills the process: armed by the environment, and nothing to anybody else."""

import os
import runpy
import signal
from collections.abc import Callable

import pytest

from config.services import processes
from kernel import failpoints

Failpoint = Callable[[str], None]


def armed(monkeypatch: pytest.MonkeyPatch, text: str | None) -> Failpoint:
    """As in a process that was started with this variable."""
    if text is None:
        monkeypatch.delenv("FAILPOINT", raising=False)
    else:
        monkeypatch.setenv("FAILPOINT", text)
    found: Failpoint = runpy.run_path(failpoints.__file__)["failpoint"]
    return found


@pytest.mark.parametrize("text", [None, "", "after_call", "after_call:", "after_call:dance", "other:raise", ","])
def test_nothing_happens_at_a_place_that_is_not_armed(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    passed = []

    armed(monkeypatch, text)("after_call")
    passed.append("after_call")

    assert passed == ["after_call"]


@pytest.mark.parametrize("text", ["after_call:raise", "other:kill,after_call:raise"])
def test_armed_place_raises_what_nobody_expects(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    reach = armed(monkeypatch, text)

    with pytest.raises(RuntimeError, match=r"^after_call$") as failed:
        reach("after_call")
    assert type(failed.value).__name__ == "Failpoint"
    with pytest.raises(RuntimeError, match=r"^after_call$"):  # every time it gets there
        reach("after_call")


def test_armed_place_ends_the_process_without_a_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    reach = armed(monkeypatch, "after_call:kill")

    _, status = os.waitpid(processes.fork(lambda: reach("after_call")), 0)

    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL

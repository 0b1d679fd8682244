import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel import sandbox

SMALL = sandbox.Limits(cpu=1, wall=5, output=1 << 20)


@pytest.fixture(autouse=True)
def no_leftovers() -> Iterator[None]:
    sandbox.close()
    yield
    sandbox.close()


def execute(code: str, limits: sandbox.Limits = SMALL) -> Any:
    return sandbox.run("builtins", "exec", code.encode(), limits=limits)


def worker_pid() -> int:
    pid = sandbox.run("builtins", "eval", b"__import__('os').getpid()")
    assert isinstance(pid, int)
    return pid


def test_sandbox_returns_json() -> None:
    assert sandbox.run("json", "loads", b'{"a": [1, "\xc3\xb1"]}') == {"a": [1, "ñ"]}


def test_sandbox_returns_bytes_unchanged() -> None:
    payload = bytes(range(256)) * 1000
    assert sandbox.run("builtins", "bytes", payload) == payload


def test_sandbox_passes_options() -> None:
    assert sandbox.run("builtins", "int", b"z", base=36) == 35


def test_sandbox_keeps_its_worker_for_the_next_call() -> None:
    assert worker_pid() == worker_pid()


def test_sandbox_replaces_its_worker_after_enough_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "JOBS_PER_WORKER", 2)
    assert len({worker_pid() for _ in range(6)}) == 3


def test_sandbox_replaces_its_worker_after_a_large_payload_or_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LARGE_PAYLOAD", 1000)
    pid = worker_pid()
    assert sandbox.run("builtins", "len", b"x" * 500) == 500
    assert worker_pid() == pid

    assert sandbox.run("builtins", "len", b"x" * 1000) == 1000
    second = worker_pid()
    assert second != pid

    assert len(sandbox.run("builtins", "eval", b"'a' * 1000")) == 1000
    assert worker_pid() != second


def test_sandbox_survives_a_worker_that_died_while_idle() -> None:
    pid = worker_pid()
    os.kill(pid, 9)
    assert worker_pid() != pid


def test_endless_loop_is_killed() -> None:
    with pytest.raises(sandbox.SandboxTimeout, match="CPU time"):
        execute("while True: pass", sandbox.Limits(cpu=1))  # a busy machine takes long to spend a second


def test_sleeping_work_is_killed() -> None:
    with pytest.raises(sandbox.SandboxTimeout, match="wall time"):
        execute("import time; time.sleep(60)", sandbox.Limits(wall=0.3))


def test_cpu_limit_counts_each_request_anew() -> None:
    a_little_more = sandbox.Limits(cpu=2)
    one_second = "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass"
    assert [execute(one_second, a_little_more) for _ in range(3)] == [None, None, None]


def test_memory_is_bounded() -> None:
    with pytest.raises(sandbox.SandboxMemory):
        execute("'x' * (2 << 30)")


def test_exhausted_worker_is_not_used_again() -> None:
    pid = worker_pid()
    with pytest.raises(sandbox.SandboxMemory):
        execute("'x' * (2 << 30)")
    assert worker_pid() != pid


def test_crash_is_reported_with_its_signal() -> None:
    with pytest.raises(sandbox.SandboxCrash, match="SIGSEGV"):
        execute("import os; os.kill(os.getpid(), 11)")


def test_silent_exit_is_reported() -> None:
    with pytest.raises(sandbox.SandboxCrash, match="exit code 3"):
        execute("import os; os._exit(3)")


def test_exception_comes_back_with_its_kind() -> None:
    with pytest.raises(sandbox.SandboxFailed) as caught:
        execute("raise LookupError('nothing here')")
    assert (caught.value.kind, caught.value.message) == ("LookupError", "nothing here")


def test_output_is_bounded() -> None:
    with pytest.raises(sandbox.SandboxTooLarge, match="Output of 2000002 bytes"):
        sandbox.run("builtins", "eval", b"'a' * 2000000", limits=SMALL)


def test_input_is_bounded_before_anything_starts() -> None:
    with pytest.raises(sandbox.SandboxTooLarge, match="Input of 11 bytes"):
        sandbox.run("json", "loads", b"[1,2,3,4,5]", limits=sandbox.Limits(input=10))


def test_printing_does_not_disturb_the_reply() -> None:
    execute("print('x' * 100000)")
    assert sandbox.run("json", "loads", b"1") == 1


def test_sandboxed_code_cannot_write_files(tmp_path: Any) -> None:
    path = str(tmp_path / "f")
    with pytest.raises(sandbox.SandboxCrash, match="SIGXFSZ"):
        execute(f"import signal as s; s.signal(s.SIGXFSZ, s.SIG_DFL); open({path!r}, 'w').write('x')")


def test_packages_are_mounted_without_running_their_init() -> None:
    """The apps' own `__init__` modules would bring Django into the child."""
    assert sandbox.run("kernel.tests.sandbox_sample", "bare_packages", b"") == ["kernel", "kernel.tests"]


def test_threads_work_side_by_side() -> None:
    results: list[Any] = []

    def work(number: int) -> None:
        results.extend(sandbox.run("builtins", "int", str(number * 100 + turn).encode()) for turn in range(20))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted(number * 100 + turn for number in range(8) for turn in range(20))


def test_worker_outlives_the_thread_that_first_needed_it() -> None:
    pids: list[int] = []
    thread = threading.Thread(target=lambda: pids.append(worker_pid()))
    thread.start()
    thread.join()
    assert worker_pid() == pids[0]


def test_forked_process_uses_workers_of_its_own() -> None:
    ours = worker_pid()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, str(worker_pid()).encode())
        sandbox.close()
        os._exit(0)
    os.waitpid(child, 0)
    theirs = int(os.read(reader, 20))
    os.close(reader)
    os.close(writer)
    assert (theirs != ours, worker_pid()) == (True, ours)


def test_worker_dies_with_its_parent() -> None:
    code = """
        import os, signal
        from kernel import sandbox
        print(sandbox.run("builtins", "eval", b"__import__('os').getpid()"), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, cwd=sandbox.ROOT, check=False
    )
    assert gone(int(done.stdout))


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        threading.Event().wait(0.05)
    return False

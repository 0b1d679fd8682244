"""Preparing the database before anything serves: in a process of its own, whose failure is one sentence."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config.services import ServiceError
from config.services.processes import is_running
from config.supervisor import database

Prepare = Callable[..., None]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "prepare.log"


@pytest.fixture
def prepare(tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Prepare]:
    """With these lines of Python in place of the house's own manage.py."""

    def with_script(script: str) -> Prepare:
        (tmp_path / "manage.py").write_text(f"import os, sys, time\n{script}\n")
        monkeypatch.setattr(database, "MANAGE", str(tmp_path / "manage.py"))

        def run(*, demo: bool = False, interrupted: Callable[[], bool] = lambda: False) -> None:
            database.prepare(dict(os.environ), demo=demo, log=log, interrupted=interrupted)

        return run

    return with_script


@pytest.mark.parametrize(("demo", "asked"), [(False, "prepare --traceback"), (True, "prepare --traceback --demo")])
def test_demo_company_is_asked_for_where_it_is_wanted(
    prepare: Callable[[str], Prepare], log: Path, demo: bool, asked: str
) -> None:
    prepare("print(*sys.argv[1:], file=sys.stderr)")(demo=demo)

    assert log.read_text() == f"{asked}\n"


def test_failure_is_told_with_its_reason_and_where_the_whole_story_is(
    prepare: Callable[[str], Prepare], log: Path
) -> None:
    failing = prepare("print('warning'); raise PermissionError('no right to create tables')")

    with pytest.raises(ServiceError) as refused:
        failing()

    assert str(refused.value) == (
        f"The database could not be prepared: no right to create tables. The whole story is in {log}."
    )
    assert "Traceback" in log.read_text()


def test_story_of_an_earlier_failure_is_not_told_again(prepare: Callable[[str], Prepare], log: Path) -> None:
    log.write_text("ValueError: of yesterday\n")

    with pytest.raises(ServiceError, match=r"could not be prepared: it gave no reason\. The whole"):
        prepare("sys.exit(3)")()


def test_operator_who_interrupts_it_ends_it_and_is_told_of_no_failure(
    prepare: Callable[[str], Prepare], tmp_path: Path
) -> None:
    begun = tmp_path / "pid"
    long = prepare(f"open({str(begun)!r} + '.new', 'w').write(str(os.getpid()))\n"
                   f"os.rename({str(begun)!r} + '.new', {str(begun)!r}); time.sleep(60)")  # fmt: skip

    long(interrupted=begun.exists)

    assert not is_running(int(begun.read_text()))


@pytest.mark.parametrize(
    ("log_text", "sentence"),
    [
        ("django.db.utils.OperationalError: could not extend file: No space left on device\n",
         "could not extend file: No space left on device."),
        ("Traceback\nValueError: HILO_KEEP_DAYS is wrong: write refused=30.\n\n",
         "HILO_KEEP_DAYS is wrong: write refused=30."),
        ("app.errors.Missing: Unable to create it (permission denied for schema public\n"
         "LINE 1: CREATE TABLE x\n                     ^)\n",
         "Unable to create it (permission denied for schema public."),
        ("ValueError: one of yesterday\napp.Wrong: no such key\nDETAIL: Key (id)=(3)\n", "no such key."),
        ("CommandError: This is no installation.\n", "This is no installation."),
        ("Killed\n", "Killed."),
        ("KeyError\n", "KeyError."),
        ("error while loading: libpq.so is missing\n", "error while loading: libpq.so is missing."),
        ("", "it gave no reason."),
        ("\n  \n", "it gave no reason."),
        ("Error: caf\xe9\n", "caf\N{REPLACEMENT CHARACTER}."),
    ],
)  # fmt: skip
def test_last_words_are_a_sentence_without_the_name_of_a_class(log: Path, log_text: str, sentence: str) -> None:
    log.write_bytes(log_text.encode("latin-1"))

    assert database._last_line(log) == sentence

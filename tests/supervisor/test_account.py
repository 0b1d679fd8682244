"""Which account runs the embedded servers, and what it may reach."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services import ServiceError
from config.services.account import Account, service_account
from tests import cluster

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another account")
OURSELVES = Account(os.geteuid(), os.getegid(), switch=False)


@pytest.fixture
def nobody() -> Account:
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    """That other accounts may enter, which pytest's own are not."""
    with cluster.empty_folder() as folder:
        yield folder


@pytest.fixture
def judged_anew() -> Iterator[None]:
    """The account is found out once for a process."""
    service_account.cache_clear()
    yield
    service_account.cache_clear()


@pytest.mark.usefixtures("judged_anew")
def test_ordinary_user_runs_the_servers_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    monkeypatch.setattr(os, "getegid", lambda: 567)

    assert service_account() == Account(1234, 567, switch=False)


@pytest.mark.usefixtures("judged_anew")
def test_root_runs_them_as_nobody(monkeypatch: pytest.MonkeyPatch, nobody: Account) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert service_account() == nobody


@pytest.mark.usefixtures("judged_anew")
def test_root_of_a_system_without_nobody_is_told_two_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", dict[str, object]().__getitem__)

    with pytest.raises(ServiceError) as refused:
        service_account()

    assert str(refused.value) == (
        "PostgreSQL does not run as root and this system has no account `nobody`: "
        "start Hilo as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
    )


def test_processes_of_our_own_account_are_started_as_any_other() -> None:
    assert OURSELVES.popen_options() == {}


@as_root
def test_processes_of_the_other_account_have_none_of_roots_groups(nobody: Account) -> None:
    said = subprocess.run(["id", "-u"], stdout=subprocess.PIPE, check=True, **nobody.popen_options())
    groups = subprocess.run(["id", "-G"], stdout=subprocess.PIPE, check=True, **nobody.popen_options())

    assert (int(said.stdout), groups.stdout.split()) == (nobody.uid, [str(nobody.gid).encode()])


def test_what_is_our_own_is_not_given_away(tmp_path: Path) -> None:
    Account(uid=12345, gid=12345, switch=False).own(tmp_path)

    assert tmp_path.stat().st_uid == os.geteuid()


@as_root
def test_files_of_the_servers_are_given_to_their_account(tmp_path: Path, nobody: Account) -> None:
    nobody.own(tmp_path)

    assert (tmp_path.stat().st_uid, tmp_path.stat().st_gid) == (nobody.uid, nobody.gid)


def test_our_own_account_is_not_asked_what_it_may_reach() -> None:
    assert OURSELVES.can_reach(Path("/nowhere"))


@as_root
@pytest.mark.parametrize(("mode", "reached"), [(0o711, True), (0o755, True), (0o700, False), (0o744, False)])
def test_folder_is_reached_by_whoever_may_enter_it(folder: Path, nobody: Account, mode: int, reached: bool) -> None:
    inner = folder / "inner"
    inner.mkdir()
    inner.chmod(mode)

    assert nobody.can_reach(inner) is reached


@as_root
def test_program_behind_a_private_folder_is_out_of_reach(folder: Path, nobody: Account) -> None:
    program = folder / "private" / "program"
    program.parent.mkdir()
    program.touch()
    program.chmod(0o755)
    assert nobody.can_reach(program)

    program.parent.chmod(0o700)

    assert not nobody.can_reach(program)

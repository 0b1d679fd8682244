"""The data directory: where it lies, what is made in it, for whom, and what is said where it cannot be."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services import ServiceError, layout
from config.services.account import Account, service_account
from config.services.layout import DataDirectory, default_data_dir, prepare
from tests import cluster

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another account")
OURSELVES = Account(os.geteuid(), os.getegid(), switch=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """That the servers' account may enter, which pytest's own are not."""
    with cluster.empty_folder() as folder:
        yield folder


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def refusal(root: Path) -> str:
    with pytest.raises(ServiceError) as refused:
        prepare(root)
    return str(refused.value)


def test_operator_chooses_the_place_and_a_relative_one_is_taken_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The servers run in another working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HILO_DATA", "mine")

    assert default_data_dir() == tmp_path / "mine"


def test_place_without_a_choice_is_in_the_clone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILO_DATA", "")
    monkeypatch.setattr(layout, "REPOSITORY", folder)

    assert default_data_dir() == folder / ".hilo"


@as_root
def test_clone_in_a_private_folder_keeps_its_data_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HILO_DATA")
    (folder / "root").mkdir(mode=0o700)
    found = []
    for clone in ("one", "other", "one"):
        (folder / "root" / clone).mkdir(exist_ok=True)
        monkeypatch.setattr(layout, "REPOSITORY", folder / "root" / clone)
        found.append(default_data_dir())

    assert {place.parent for place in found} == {Path("/var/lib")}
    assert found[0].name.startswith("hilo-")
    assert (found[0] != found[1], found[0] == found[2]) == (True, True)


@pytest.mark.parametrize(("length", "inside"), [(107, True), (108, False)])
def test_sockets_lie_inside_while_their_names_are_short_enough_for_the_system(length: int, inside: bool) -> None:
    longest = "/run/.s.PGSQL.5432"
    root = Path("/" + "x" * (length - len(longest) - 1))

    sockets = DataDirectory(root, OURSELVES).sockets

    assert len(f"{root}{longest}") == length
    assert (sockets == root / "run") is inside


def test_letters_of_two_bytes_count_twice() -> None:
    root = Path("/" + "ñ" * 50)

    assert DataDirectory(root, OURSELVES).sockets.parent == Path(tempfile.gettempdir())


def test_sockets_outside_belong_to_one_user_and_one_data_directory() -> None:
    deep, deeper = Path("/" + "x" * 100), Path("/" + "x" * 101)

    first, again, other = (DataDirectory(root, OURSELVES).sockets for root in (deep, deep, deeper))

    assert first == again != other
    assert first.name.startswith(f"hilo-{os.geteuid()}-")


def test_data_directory_is_made_with_all_above_it(folder: Path) -> None:
    directory = prepare(folder / "a" / "b")

    assert sorted(path.name for path in directory.root.iterdir()) == ["logs", "run", "valkey"]
    assert directory.account == service_account()
    # initdb insists on making its own.
    assert not directory.postgres.exists()


def test_relative_data_directory_is_one_of_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)

    assert prepare(Path("mine")).root == folder / "mine"


def test_servers_own_their_folders_and_nobody_else_looks_into_them(folder: Path) -> None:
    directory = prepare(folder / "data")

    for place in (directory.valkey, directory.sockets):
        assert (mode(place), place.stat().st_uid) == ("0o700", service_account().uid)


@as_root
def test_servers_of_root_only_pass_through_what_holds_the_keys(folder: Path) -> None:
    directory = prepare(folder / "data")

    for place in (directory.root, directory.logs):
        assert (mode(place), place.stat().st_uid) == ("0o711", 0)


def test_second_start_changes_nothing_about_folders_that_are_there(folder: Path) -> None:
    """An operator may have opened the logs to a group."""
    directory = prepare(folder)
    directory.logs.chmod(0o750)
    directory.root.chmod(0o755)
    (directory.valkey / "appendonly").touch()

    prepare(folder)

    assert (mode(directory.logs), mode(directory.root)) == ("0o750", "0o755")
    assert (directory.valkey / "appendonly").exists()


def test_locks_have_names_of_their_own(folder: Path) -> None:
    directory = DataDirectory(folder, OURSELVES)

    assert [directory.lock(name).name for name in ("users", "start")] == ["users.lock", "start.lock"]


def test_file_in_the_way_is_told_with_the_reason(folder: Path) -> None:
    (folder / "file").touch()

    assert refusal(folder / "file" / "data") == (
        f"Cannot write to the data directory {folder}/file/data (not a directory): choose another folder with --data."
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_is_called_by_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(*args: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", full)

    assert refusal(folder / "data") == (
        f"The disk that holds {folder}/data is full: free some space, or choose another folder with --data."
    )


@as_root
def test_place_that_the_servers_cannot_enter_is_refused_with_two_ways_out(folder: Path) -> None:
    (folder / "private").mkdir(mode=0o700)

    assert refusal(folder / "private" / "data") == (
        "The account `nobody`, which runs PostgreSQL when Hilo is started by root, cannot reach "
        f"{folder}/private/data: choose a folder outside private ones with --data (for example /var/lib/hilo), "
        "or start Hilo as another user."
    )


def test_link_in_place_of_the_sockets_is_not_followed(folder: Path) -> None:
    """In a temporary folder of all, somebody else may have put it there, to be given what it points to."""
    (folder / "elsewhere").mkdir()
    (folder / "run").symlink_to(folder / "elsewhere")
    before = (folder / "elsewhere").stat()

    assert refusal(folder) == (
        f"{folder}/run belongs to another user: remove it, or choose another folder with --data."
    )
    after = (folder / "elsewhere").stat()
    assert (after.st_uid, after.st_mode) == (before.st_uid, before.st_mode)


@as_root
def test_sockets_of_another_user_are_not_used(folder: Path) -> None:
    (folder / "run").mkdir()
    os.chown(folder / "run", 12345, 12345)

    assert refusal(folder) == (
        f"{folder}/run belongs to another user: remove it, or choose another folder with --data."
    )
    assert (folder / "run").stat().st_uid == 12345

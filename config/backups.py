"""A copy of an installation, taken while it runs, and its way back.

DIR/database.dump   pg_dump's custom format: one consistent snapshot
DIR/files/          what was uploaded and received
DIR/secrets.json    the keys without which sealed secrets cannot be opened (only where they are ours to keep)
DIR/backup.json     written last: a folder without it is not a backup
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from config import connecting
from config.services.account import service_account
from config.services.binaries import postgres_folder

EXTENSION = re.compile(r" EXTENSION - (\w+)")  # a line of pg_restore --list


class BackupError(Exception):
    """A sentence for the operator: what is in the way and what to do."""


def backup(folder: Path) -> Path:
    """Raises BackupError if the folder holds something already or PostgreSQL's own program fails."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty. Name a new folder: a backup never writes over another one.")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _program("pg_dump", "--format=custom", "--no-owner", f"--file={folder / 'database.dump'}")
    # After the database: a file is written before the row that names it, so no row of the dump lacks its file.
    if settings.MEDIA_ROOT.exists():
        shutil.copytree(settings.MEDIA_ROOT, folder / "files")
    if _keys().exists():
        shutil.copy2(_keys(), folder / "secrets.json")
    told = {
        "made_at": datetime.now(UTC).isoformat(),
        "postgresql": _value("SHOW server_version"),
        "migrations": _migrations(),
    }
    (folder / "backup.json").write_text(json.dumps(told, indent=2) + "\n")
    return folder


def restore(folder: Path, *, over: bool = False) -> None:
    """Put everything back. Raises BackupError; the database is then as it was, for it is one transaction.

    `over`: also over a database in which somebody has worked.
    """
    if not (folder / "backup.json").exists():
        raise BackupError(f"{folder} is not a whole backup: backup.json is missing. Use another copy.")
    if _others_connected():
        raise BackupError("The product is running. Stop it first: what it writes now would be lost.")
    if not over and _has_contacts():
        raise BackupError("This database holds contacts already. Add --over to put the backup in their place.")
    entries = _entries(folder)
    connection.close()
    _program(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        f"--use-list={entries}",
        *_into(folder),
    )
    keep_the_ledgers_order()
    if (folder / "files").exists():
        shutil.copytree(folder / "files", settings.MEDIA_ROOT, dirs_exist_ok=True)
    if (folder / "secrets.json").exists():
        shutil.copy2(folder / "secrets.json", _keys())


_ORDER = """
SELECT greatest((SELECT max(xid) FROM crm_event), (SELECT max(xid) FROM crm_cursor)),
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint"""


@transaction.atomic
def keep_the_ledgers_order() -> int:
    """Transaction numbers begin anew in another cluster, and consumers read by them: what comes from before is moved
    below zero, in its order, cursors and all, so that everything new is after it. Returns by how much."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDER)
        newest, horizon = cursor.fetchone() or (None, 0)
        if newest is None or newest < horizon:
            return 0
        cursor.execute("UPDATE crm_event SET xid = xid - %s", [newest + 1])
        cursor.execute("UPDATE crm_cursor SET xid = xid - %s", [newest + 1])
    return int(newest + 1)


def _program(name: str, *arguments: str) -> str:
    command = [str(postgres_folder(service_account()) / name), *arguments]
    known = {**os.environ, **connecting.environment(connecting.parameters())}
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BackupError(f"{name} failed: {done.stderr.strip()[-500:] or done.returncode}")
    return done.stdout


def _entries(folder: Path) -> Path:
    """The dump's table of contents without its extensions: some of them only a superuser may make, and the product
    makes those that it needs. Where one is missing and we may make it, it is made now."""
    contents = _program("pg_restore", "--list", str(folder / "database.dump")).splitlines()
    listed = folder / "contents.txt"
    listed.write_text("\n".join(line for line in contents if " EXTENSION " not in line) + "\n")
    for name in {found[1] for line in contents if (found := EXTENSION.search(line))}:
        with contextlib.suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {connection.ops.quote_name(name)}")
    return listed


def _into(folder: Path) -> tuple[str, str]:
    return f"--dbname={connection.settings_dict['NAME']}", str(folder / "database.dump")


def _keys() -> Path:
    return Path(settings.DATA_DIR) / "secrets.json"


def _migrations() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app")
        return dict(cursor.fetchall())


def _others_connected() -> bool:
    return bool(
        _value(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid())"
        )
    )


def _has_contacts() -> bool:
    """False also before the first migration."""
    return bool(_value("SELECT to_regclass('crm_contact') IS NOT NULL")) and bool(
        _value("SELECT EXISTS (SELECT FROM crm_contact)")
    )


def _value(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return (cursor.fetchone() or (None,))[0]

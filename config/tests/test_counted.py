"""Requests are counted in mapped files, of which a page without room on the disk would end the process."""

import os
import subprocess
import sys
from pathlib import Path

from config.observability.counted import Room
from config.services.environment import REPOSITORY

COUNT = """
import resource
from config.observability import counted
counted.count("inbox", "GET", "2xx", 0.1)
if {limit}:
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
for number in range({views}):
    counted.count(f"view-{{number}}", "GET", "2xx", 0.1)
print(counted.page().decode())
"""


def count(folder: Path, *, views: int, limit: int = 0) -> list[str]:
    """The views that are counted by a web process whose files may have `limit` bytes from its second request on."""
    env = os.environ | {"HILO_DATA": str(folder), "HILO_ROLE": "web", "DJANGO_SETTINGS_MODULE": "config.settings"}
    code = COUNT.format(views=views, limit=limit)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("hilo_http_request_duration_seconds_count")]


def test_as_many_series_as_there_are_find_room(tmp_path: Path) -> None:
    assert len(count(tmp_path, views=150)) == 151
    (file,) = (tmp_path / "metrics").glob("histogram_*.db")
    assert file.stat().st_blocks * 512 >= file.stat().st_size >= 151 * Room.SERIES


def test_what_finds_no_room_is_not_counted_and_ends_nothing(tmp_path: Path) -> None:
    counted = count(tmp_path, views=150, limit=Room.FIRST)
    assert len(counted) == Room.FIRST // Room.SERIES


def test_it_is_tried_again_when_there_is_room(tmp_path: Path) -> None:
    room = Room(tmp_path / "not there")
    assert room.made_for(("inbox", "GET", "2xx")) is False
    room.folder.mkdir()
    assert room.made_for(("inbox", "GET", "2xx")) is False, "not at each request"
    room.full_until = 0.0
    assert room.made_for(("inbox", "GET", "2xx")) is True

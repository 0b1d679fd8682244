"""Who claims in whose name, and what becomes of the rows of the dead."""

import os
import subprocess
import sys

from config.services.environment import REPOSITORY
from config.supervisor.shifts import REMEMBERED, Shifts
from tests.supervisor import free_port


def test_each_start_has_a_name_of_its_own_and_knows_the_dead() -> None:
    shifts = Shifts()
    first, second, third = shifts.next(), shifts.next(), shifts.next()
    assert len({first.holder, second.holder, third.holder}) == 3
    assert first.before == ()
    assert third.before == (first.holder, second.holder)


def test_two_programs_share_no_dead() -> None:
    Shifts().next()
    assert Shifts().next().before == ()


def test_only_the_last_ones_are_remembered() -> None:
    shifts = Shifts()
    holders = [shifts.next().holder for _ in range(REMEMBERED + 2)]
    assert shifts.next().before == tuple(holders[-REMEMBERED:])


BEGIN = (
    "import django; django.setup(); from config.supervisor.shifts import Shift; Shift(b'second', (b'first.',)).begin()"
)


def test_without_a_database_it_begins_all_the_same() -> None:
    away = {
        "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/none",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    begun = subprocess.run(
        [sys.executable, "-c", BEGIN],
        cwd=REPOSITORY,
        env=os.environ | away,
        capture_output=True,
        text=True,
        check=False,
    )
    assert begun.returncode == 0, begun.stderr
    assert "no database to free" in begun.stderr

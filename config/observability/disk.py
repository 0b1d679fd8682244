"""Is there room left where the embedded servers and the files are kept?"""

import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from config.observability.readiness import Part
from config.services.account import service_account
from config.services.layout import DataDirectory
from kernel import room

LEAST_BYTES = 1024**3
LEAST_SHARE = 0.05


def parts() -> list[Part]:
    """Empty where the database is somebody else's: its disk is too."""
    return [_part(Path(settings.DATA_DIR))] if is_embedded() else []


def full() -> list[Part]:
    """For whoever asks whether traffic may come in: empty while something can be kept."""
    return [Part("disk", False, _("it is full, and nothing can be kept: free some space"))] if room.is_out() else []


def is_embedded() -> bool:
    ours = DataDirectory(Path(settings.DATA_DIR).absolute(), service_account()).sockets
    return bool(connection.settings_dict["HOST"] == str(ours))


def _part(folder: Path) -> Part:
    disk = shutil.disk_usage(folder)
    said = {"free": filesizeformat(disk.free), "total": filesizeformat(disk.total)}
    if disk.free >= max(LEAST_BYTES, LEAST_SHARE * disk.total):
        return Part("disk", True, format_lazy(_("{free} of {total} are free"), **said))
    do = _(
        "only {free} of {total} are free, and nothing can be kept when it is full: delete what else is on it, make it "
        "larger, or move to another one (bin/manage backup, restore)"
    )
    return Part("disk", False, format_lazy(do, **said), urgent=False)

"""Files that go with a message: how many, how large, and what is said about those that are too much.

Browsers name and type the files; neither is believed. The name is shown and sent as text, never used as a path, and
the type decides only whether a picture is drawn (omnichannel/views/messages.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from omnichannel.channels.base import AttachedFile

MOST_FILES = 10
MOST_BYTES = 20 << 20  # all files of a message together; in base64 that is 27 MB, about what mail servers still take
MOST = f"{MOST_BYTES >> 20}\N{NO-BREAK SPACE}MB"  # for people


TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")  # RFC 6838 §4.2


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Cleans to a list of AttachedFile, empty if none was chosen."""

    widget = SeveralFiles

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def clean(self, data: Any, initial: Any = None) -> Any:
        return read(data or [])


def read(given: Sequence[UploadedFile[Any]]) -> list[AttachedFile]:
    """Raises ValidationError with a sentence for whoever chose them. Nothing is read before the limits hold."""
    if len(given) > MOST_FILES:
        raise ValidationError(_("A message takes up to %(n)d files; these are %(given)d.") % _counts(len(given)))
    if sum(file.size or 0 for file in given) > MOST_BYTES:
        raise ValidationError(_("The files are too large: together they may have %(most)s.") % _sizes())
    return [_attached(file) for file in given]


def _files_help() -> str:
    return _("Up to %(n)d files, together %(most)s.") % (_counts(0) | _sizes())


files_help = lazy(_files_help, str)()


def _counts(given: int) -> dict[str, int]:
    return {"n": MOST_FILES, "given": given}


def _sizes() -> dict[str, str]:
    return {"most": MOST}


def _attached(file: UploadedFile[Any]) -> AttachedFile:
    said = (file.content_type or "").partition(";")[0].strip().lower()
    content_type = said if TYPE.fullmatch(said) else "application/octet-stream"
    return AttachedFile(filename=file.name or "", content_type=content_type, content=file.read())

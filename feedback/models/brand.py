"""How a company looks to its customers, on pages and in mails: name, logo and one of twelve designed accents."""

import re
import uuid
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# By day and by night, as static/css/customer-page.css draws them; mail programs know no oklch().
ACCENTS = (
    ("#8f2e3d", "#f09da3"),
    ("#8e3510", "#efa187"),
    ("#754b10", "#e1ac6e"),
    ("#595911", "#bbbd70"),
    ("#2c6330", "#8fc990"),
    ("#0f6353", "#6bccb4"),
    ("#00626a", "#5ecad6"),
    ("#005d84", "#74c2ee"),
    ("#2b519c", "#94b8f8"),
    ("#504799", "#b0aff5"),
    ("#703a86", "#d0a4e4"),
    ("#853166", "#e69dc6"),
)


@dataclass(frozen=True)
class Brand:
    """As templates/customer/base.html and templates/mail/base.html want it. Without a hue a mail has no accent."""

    name: str = ""
    hue: int | None = None
    logo: str = ""  # its address without the server, "" for none: the name stands there then

    @property
    def logo_outside(self) -> str:
        """Its address as mails need it."""
        return urljoin(f"{settings.BASE_URL}/", self.logo.lstrip("/")) if self.logo else ""

    @property
    def colour(self) -> str:
        return "" if self.hue is None else ACCENTS[self.hue][0]

    @property
    def colour_by_night(self) -> str:
        return "" if self.hue is None else ACCENTS[self.hue][1]


LARGEST_LOGO = 256 << 10  # bytes: it is loaded with each mail that is opened
# What the file begins with says what it is; its name and what the browser calls it do not.
BEGINNINGS = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}


def picture_kind(file: File) -> str:  # type: ignore[type-arg]
    """png, jpg or webp; "" for anything else, SVG too: it can hold scripts."""
    file.seek(0)
    beginning = file.read(16)
    file.seek(0)
    return next((kind for kind, pattern in BEGINNINGS.items() if pattern.match(beginning)), "")


def is_a_logo(file: FieldFile) -> None:
    """Validator. What was kept before was looked at then."""
    if getattr(file, "_committed", True):
        return
    if file.size > LARGEST_LOGO:
        raise ValidationError(_("A logo may have 256 KB at most: it is loaded with every mail."))
    if not picture_kind(file):
        raise ValidationError(_("Choose a picture in PNG, JPEG or WebP."))


def logo_path(_owner: models.Model, _filename: str) -> str:
    """A name of its own for each upload, so that caches may keep it for good."""
    return f"logos/{uuid.uuid4().hex}"


class LogoFile(FieldFile):
    @property
    def url(self) -> str:
        return reverse("logo", args=[(self.name or "").rpartition("/")[2]])


class LogoField(models.FileField):
    """A picture that customers see, at a public address."""

    attr_class = LogoFile

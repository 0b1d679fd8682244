"""What a person is known by: addresses, numbers, ids of channels and websites. Unique as (kind, scope, value)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import phonenumbers
from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models.contact import Contact
from crm.models.words import called

# Mailboxes that stand for a function, not for a person: they never merge two people.
ROLE_MAILBOXES = frozenset(
    "info sales office contact contacto ventas hola hello admin noreply no-reply soporte support help team "  # noqa: SIM905
    "postmaster webmaster billing facturacion invoices mail".split()
)
# Placeholders that programs send for "nobody" (crm.md 3.3; the first three are Segment's own defaults).
NOBODY = re.compile(
    r"[0-]*|-1|null|none|nil|undefined|anonymous|n/a|nan|unknown|true|false|\[object object\]", re.IGNORECASE
)


NO_ADDRESSES = ("external_id", "anonymous_id")  # kinds by which nobody can be written to
LONGEST = 320  # characters; what is longer is not cut: the rest of it could be what tells two people apart


class Identity(models.Model):
    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")
        EXTERNAL = "external_id", _("customer number")
        ANONYMOUS = "anonymous_id", _("visitor id")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="identities", verbose_name=_("contact"))
    kind = models.CharField(_("kind"), max_length=24)
    scope = models.CharField(
        _("valid in"), max_length=80, blank=True, default="", help_text=_("Where the value is unique.")
    )
    value = models.CharField(_("value"), max_length=LONGEST)
    display = models.CharField(_("as shown"), max_length=LONGEST)
    source = models.CharField(_("source"), max_length=40, blank=True)
    verified = models.BooleanField(_("verified"), default=False)
    shared = models.BooleanField(
        _("shared"), default=False, help_text=_("Used by several people: never merges anybody.")
    )
    first_seen_at = models.DateTimeField(_("first seen"), db_default=Now())
    last_seen_at = models.DateTimeField(_("last seen"), db_default=Now())

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("kind", "scope", "value"), name="identity_once")]
        indexes = [
            models.Index("kind", OpClass("value", name="varchar_pattern_ops"), name="identity_prefix"),
            models.Index(fields=("id",), name="identity_shared", condition=models.Q(shared=True)),
        ]

    def __str__(self) -> str:
        return self.display

    @property
    def kind_name(self) -> str:
        """In the reader's language; a channel's own kind as the channel of this name is called."""
        return called(self.kind) if self.is_of_a_channel else str(self.Kind(self.kind).label)

    @property
    def is_of_a_channel(self) -> bool:
        """An address of a kind that only some channel knows."""
        return self.kind not in self.Kind.values


def normal_email(raw: str) -> str:
    """Lower case, no spaces, the domain in ASCII (IDNA). "" for what cannot be an address."""
    local, at, domain = raw.strip().strip("<>").rpartition("@")
    if not (at and local and domain) or re.search(r"[\s\x00-\x1f,;<>]", local + domain):
        return ""
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        return ""
    address = f"{local}@{ascii_domain}".lower()
    return address if "." in ascii_domain and len(address) <= LONGEST else ""


def normal_phone(raw: str) -> str:
    """E.164, numbers without a country code taken as settings.DEFAULT_PHONE_REGION's. "" if it cannot be one."""
    try:
        number = phonenumbers.parse(raw, settings.DEFAULT_PHONE_REGION)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_id(raw: str) -> str:
    """Without NULs and spaces around it. "" for nobody's id, and for what no column can hold."""
    value = raw.strip().replace("\x00", "")
    return "" if len(value) > LONGEST or NOBODY.fullmatch(value) else value


NORMALISERS: dict[str, Callable[[str], str]] = {"email": normal_email, "phone": normal_phone}


@dataclass(frozen=True)
class Claim:
    """ "This is me": an identity as it arrived, before anybody is found by it."""

    kind: str
    raw: str
    scope: str = ""
    verified: bool = False

    @cached_property
    def value(self) -> str:
        return NORMALISERS.get(self.kind, normal_id)(self.raw)

    @property
    def display(self) -> str:
        return self.value if self.kind in NORMALISERS else self.raw.strip()[:LONGEST]

    @property
    def is_role_mailbox(self) -> bool:
        return self.kind == "email" and self.value.partition("@")[0] in ROLE_MAILBOXES

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.scope, self.value

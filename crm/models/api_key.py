"""Keys for programs: scoped, hashed at rest, shown once."""

import hashlib
import secrets
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models.user import User

SCOPES = ("all", "read", "write", "ingest", "metrics")
PREFIX = "hilo_"  # lets secret scanners recognise a leaked key


def digest(secret: str) -> str:
    """SHA-256 is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def live(self) -> Self:
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=Now()))

    def matching(self, secret: str) -> Self:
        return self.live().filter(digest=digest(secret))

    def issue(self, *, name: str, scopes: list[str], by: User | None = None) -> tuple["ApiKey", str]:
        """A new key and its secret, which is not stored and cannot be shown again."""
        secret = PREFIX + secrets.token_urlsafe(32)
        key = self.create(name=name, scopes=scopes, hint=secret[-4:], digest=digest(secret), created_by=by)
        return key, secret

    def called(self, source: str) -> str:
        """What people call a source: "key:7", as the ledger has it, by the name of that key."""
        kind, _, number = source.partition(":")
        if kind != "key" or not number.isdecimal():
            return source
        return self.filter(pk=int(number)).values_list("name", flat=True).first() or source

    def revoke(self) -> int:
        """From now on they open nothing. Returns how many did until now; the others keep the day they were revoked."""
        return self.filter(revoked_at=None).update(revoked_at=Now())


class ApiKey(models.Model):
    name = models.CharField(_("name"), max_length=120)
    scopes = ArrayField(models.CharField(max_length=24), verbose_name=_("scopes"))
    hint = models.CharField(_("ends with"), max_length=4, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, editable=False, verbose_name=_("made by")
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} …{self.hint}"

    def allows(self, scope: str) -> bool:
        """`write` includes `read`; `all` includes everything."""
        granted = set(self.scopes)
        return bool(granted & {"all", scope} or (scope == "read" and "write" in granted))


class IdempotencyRecord(models.Model):
    """The answer to a POST that carried an Idempotency-Key: the same key again gets the same answer."""

    actor = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=("actor", "key"), name="idempotency_once")]
        indexes = [models.Index(fields=("created_at",), name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"

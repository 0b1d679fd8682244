"""The people who work here. Roles are groups; a superuser has every role."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kernel.policies import ROLES


class Team(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Users(UserManager["User"]):
    """E-mail instead of a user name; addresses compare without case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(  # type: ignore[override]
        self, email: str, password: str | None = None, *, roles: tuple[str, ...] = (), **fields: Any
    ) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        user.assign_roles(*roles)
        return user

    def create_superuser(  # type: ignore[override]
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_user(email, password, roles=("admin",), is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    class Theme(models.TextChoices):
        AUTO = "", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), unique=True)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, verbose_name=_("team"))
    language = models.CharField(_("language"), max_length=8, blank=True, help_text=_("Empty: as the browser asks."))
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(_("theme"), max_length=5, blank=True, choices=Theme.choices, default=Theme.AUTO)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Users] = Users()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_without_case")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.get_full_name() or self.email.partition("@")[0]

    @cached_property
    def roles(self) -> frozenset[str]:
        if self.is_superuser:
            return frozenset(ROLES)
        return frozenset(self.groups.values_list("name", flat=True)) & frozenset(ROLES)

    def has_role(self, *roles: str) -> bool:
        return bool(self.roles & set(roles))

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Roles decide, not Django's table of permissions: the settings are the admins'."""
        return self.is_active and self.has_role("admin")

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.has_role("admin")

    @property
    def sees_everything(self) -> bool:
        return self.has_role("manager", "admin")

    def assign_roles(self, *roles: str) -> None:
        from django.contrib.auth.models import Group

        self.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
        self.is_staff = self.is_superuser or "admin" in roles
        self.save(update_fields=["is_staff"])
        self.__dict__.pop("roles", None)

"""A customer: one person, whatever the channel. Merging is an alias, never a rewrite (ADR 8)."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now, Upper
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.models.locales import language_of
from crm.models.user import Team, User
from crm.models.words import FIRST_NAME, LANGUAGE, LAST_NAME, called

BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")

if TYPE_CHECKING:
    from crm.models.identity import Identity


class Company(models.Model):
    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    traits = models.JSONField(_("traits"), default=dict, blank=True)
    external_id = models.CharField(_("external id"), max_length=200, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ("name", "pk")
        indexes = [models.Index(fields=("domain",), name="company_domain", condition=~Q(domain=""))]

    def __str__(self) -> str:
        return self.name


class TagQuerySet(models.QuerySet["Tag"]):
    def on_offer(self) -> Self:
        """For a box to choose from while writing a name; others can be written too."""
        return self.order_by("name")[:200]


class Tag(models.Model):
    LENGTH = 60

    name = models.CharField(_("name"), max_length=LENGTH)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ("name",)
        constraints = [models.UniqueConstraint(Upper("name"), name="tag_once")]  # “vip” is the same as “VIP”

    def __str__(self) -> str:
        return self.name


class Feeling(models.TextChoices):
    """How a customer feels, from their own words and scores. Shown by shape and word, never colour alone."""

    GLAD = "glad", _("glad")
    FINE = "fine", _("fine")
    UNEASY = "uneasy", _("uneasy")
    UPSET = "upset", _("upset")


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: Any) -> Self:
        """Managers, admins and support agents see everyone; sales see their own, their team's and nobody's."""
        if user.has_role("manager", "admin", "agent"):
            return self
        if not user.has_role("sales"):
            return self.none()
        mine = Q(owner=user) | Q(owner=None, team=None)
        return self.filter(mine | Q(team=user.team_id) if user.team_id else mine)

    def survivors(self) -> Self:
        """Without those merged into somebody else."""
        return self.filter(alias=None)

    def tagged(self, tag: Tag) -> Self:
        """With this tag, on a record of their own or on one that was merged into theirs."""
        from crm.models.families import families

        rows = Contact.tags.through.objects.filter(tag=tag)
        merged = families(rows.exclude(contact__alias=None).values_list("contact_id", flat=True))
        own = Q(pk__in=rows.values("contact_id"))
        return self.filter(own | Q(pk__in={person.survivor_id for person in merged.values()}) if merged else own)

    def matching(self, text: str) -> Self:
        """By name, address, number or company; the shape of the words chooses the index (crm/models/finding.py)."""
        from crm.models.finding import matching

        return matching(self, text)  # type: ignore[return-value]


class Contact(models.Model):
    first_name = models.CharField(_("first name"), max_length=120, blank=True)
    last_name = models.CharField(_("last name"), max_length=120, blank=True)
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, verbose_name=_("company"))
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, verbose_name=_("owner"))
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, verbose_name=_("team"))
    language = models.CharField(_("language"), max_length=8, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    feeling = models.CharField(_("feeling"), max_length=8, choices=Feeling.choices, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, verbose_name=_("tags"))
    traits = models.JSONField(_("traits"), default=dict, blank=True)
    custom = models.JSONField(_("custom fields"), default=dict, blank=True)
    # What the list's search box looks through: names, addresses, numbers, company. Written by crm.actions.search_text.
    search = models.TextField(default="", blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    last_activity_at = models.DateTimeField(_("last activity"), db_default=Now(), editable=False)

    objects = ContactQuerySet.as_manager()
    family_identities: "Sequence[Identity]" = ()  # see families.acquaint
    family_tags: "Sequence[Tag]" = ()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            models.Index(fields=("last_activity_at", "id"), name="contact_recent"),
            models.Index(fields=("owner", "last_activity_at", "id"), name="contact_owner_recent"),
            models.Index(fields=("team", "last_activity_at", "id"), name="contact_team_recent"),
            models.Index(
                fields=("feeling", "last_activity_at", "id"), name="contact_feeling_recent", condition=~Q(feeling="")
            ),
            GinIndex(OpClass(Upper("search"), name="gin_trgm_ops"), name="contact_search_trigrams"),
            models.Index(OpClass(Upper("first_name"), name="text_pattern_ops"), name="contact_first_name_prefix"),
            models.Index(OpClass(Upper("last_name"), name="text_pattern_ops"), name="contact_last_name_prefix"),
            models.Index(fields=("company", "last_activity_at", "id"), name="contact_company_recent"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Never empty: a person without a name is called by an address, else by number. Without the characters that
        turn around what is read after them."""
        return BIDI.sub("", f"{self.first_name} {self.last_name}").strip() or self._fallback_name()

    def _fallback_name(self) -> str:
        reachable = [i for i in self.known_by if i.kind in ("email", "phone")] or self.own_addresses
        return reachable[0].display if reachable else str(_("Contact %(id)s") % {"id": self.pk})

    @property
    def language_name(self) -> str:
        return str(dict(settings.LANGUAGES).get(self.language, self.language))

    @property
    def traits_told(self) -> list[tuple[str, Any]]:
        """With the names that the product knows in the reader's language; without what a field says already."""
        return [(called(name), told) for name, told in self.traits.items() if str(told).strip() not in self._said(name)]

    def _said(self, trait: str) -> Sequence[str]:
        """What the page shows of this trait elsewhere; what somebody has changed since is worth both lines."""
        fields = {"name": f"{self.first_name} {self.last_name}".strip(), "timezone": self.timezone}
        fields |= dict.fromkeys(FIRST_NAME, self.first_name) | dict.fromkeys(LAST_NAME, self.last_name)
        if trait in LANGUAGE:
            told = str(self.traits[trait]).strip()
            return [told] if language_of(told) == self.language else []
        if trait in ("email", "phone"):
            return [own for i in self.known_by if i.kind == trait for own in (i.display, i.value)]
        return [fields.get(trait, "")]

    @property
    def known_by(self) -> "Sequence[Identity]":
        """Addresses, numbers and ids: its own, and after `families.acquaint` those of merged records too."""
        return self.family_identities or list(self.identities.all())

    @property
    def known_tags(self) -> "Sequence[Tag]":
        """By name: its own, and after `families.acquaint` those of merged records too."""
        return self.family_tags or list(self.tags.all())

    @property
    def emails(self) -> list[str]:
        return [i.display for i in self.known_by if i.kind == "email"]

    @property
    def phones(self) -> list[str]:
        return [i.display for i in self.known_by if i.kind == "phone"]

    @property
    def own_addresses(self) -> "list[Identity]":
        """Addresses of kinds that only some channel knows."""
        return [i for i in self.known_by if i.is_of_a_channel]

    @property
    def survivor_id(self) -> int:
        """The contact that this one was merged into, through any number of merges; else itself."""
        return _walk(_SURVIVOR, self.pk)[-1]

    def member_ids(self) -> list[int]:
        """This contact and everyone merged into it, directly or not."""
        return sorted(_walk(_MEMBERS, self.pk))

    @cached_property
    def family_ids(self) -> list[int]:
        """`member_ids()`, read once for this instance: for a page, whose many parts all ask."""
        return self.member_ids()


class Alias(models.Model):
    """`member` is the same person as `survivor`. Deleting the row undoes the merge."""

    member = models.OneToOneField(Contact, models.CASCADE, related_name="alias")
    survivor = models.ForeignKey(Contact, models.CASCADE, related_name="members")
    rule = models.CharField(max_length=60)
    evidence = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(member=models.F("survivor")), name="alias_of_another")]

    def __str__(self) -> str:
        return f"{self.member_id} is {self.survivor_id}"


_SURVIVOR = """
WITH RECURSIVE up(id, depth) AS (
    SELECT %s::bigint, 0
    UNION SELECT a.survivor_id, up.depth + 1 FROM crm_alias a JOIN up ON a.member_id = up.id WHERE up.depth < 100
) SELECT id FROM up ORDER BY depth"""

_MEMBERS = """
WITH RECURSIVE down(id) AS (
    SELECT %s::bigint UNION SELECT a.member_id FROM crm_alias a JOIN down ON a.survivor_id = down.id
) SELECT id FROM down"""


def _walk(sql: str, contact_id: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [contact_id])
        return [row[0] for row in cursor.fetchall()]

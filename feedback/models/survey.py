"""What is asked. A published version never changes: every answer stays tied to the words it answered."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.models import User
from feedback.kinds.base import SurveyKind, kinds
from feedback.models.brand import Brand, LogoField, is_a_logo, logo_path


def survey_kinds() -> list[tuple[str, str]]:
    """Choices owned by the registry: a new kind of survey needs no migration."""
    return kinds.choices()


class SurveyQuerySet(models.QuerySet["Survey"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody who works here may know what customers are asked; what they answered has its own rule."""
        return self if user.has_role("agent", "sales", "manager", "admin") else self.none()

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def brands(self, names: Iterable[str]) -> dict[str, Brand]:
        """For each name how it looks on the oldest survey that bears it; a name that none bears is just a name."""
        known = {survey.brand_name: survey.brand for survey in self.filter(brand_name__in=set(names)).order_by("-pk")}
        return {name: known.get(name, Brand(name)) for name in names}

    def asking_after(self, trigger: str) -> Self:
        """Surveys that ask by themselves when `trigger` happens."""
        return self.filter(trigger=trigger, status=Survey.Status.ACTIVE, live_version__isnull=False).order_by("pk")


class Survey(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")

    class Trigger(models.TextChoices):
        NONE = "", _("only when a journey or a colleague asks")
        RESOLVED = "conversation.resolved", _("when a person resolves a conversation")

    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=24, choices=survey_kinds)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.DRAFT, editable=False)
    trigger = models.CharField(_("asks"), max_length=40, choices=Trigger.choices, blank=True, default=Trigger.NONE)
    # Whom the customer sees: the company, not the product. The hue chooses one of the twelve accents of customer pages.
    brand_name = models.CharField(_("company name"), max_length=80)
    brand_hue = models.PositiveSmallIntegerField(
        _("accent"), default=8, choices=[(hue, str(hue)) for hue in range(12)], help_text=_("0 to 11: red to violet.")
    )
    brand_logo = LogoField(
        _("logo"),
        upload_to=logo_path,
        max_length=100,
        blank=True,
        validators=[is_a_logo],
        help_text=_("PNG, JPEG or WebP, 256 KB at most, readable on white and on black. Shown 32 pixels high."),
    )
    base_language = models.CharField(
        _("base language"), max_length=8, default="en", help_text=_("Used where a translation is missing.")
    )
    quiet_days = models.PositiveSmallIntegerField(
        _("quiet days"), default=30, help_text=_("A customer is not asked again for the same kind of score before.")
    )
    remind_after_days = models.PositiveSmallIntegerField(
        _("days until the reminder"), default=0, help_text=_("Whoever has not answered is reminded once. 0: never.")
    )
    valid_days = models.PositiveSmallIntegerField(
        _("days to answer"), default=30, help_text=_("How long an invitation can be answered.")
    )
    editable_days = models.PositiveSmallIntegerField(
        _("days to change an answer"), default=3, help_text=_("Counted from the first confirmed answer.")
    )
    live_version = models.ForeignKey(
        "feedback.Version",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("live version"),
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="active") | Q(live_version__isnull=False), name="survey_active_has_live_version"
            ),
            models.CheckConstraint(condition=Q(valid_days__gte=1), name="survey_can_be_answered"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def brand(self) -> Brand:
        return Brand(self.brand_name, self.brand_hue, self.brand_logo.url if self.brand_logo else "")

    @cached_property
    def plugin(self) -> SurveyKind:
        return kinds.get(self.kind)()

    @property
    def draft(self) -> "Version | None":
        return self.versions.filter(published_at=None).first()


class Version(models.Model):
    """One wording, unchangeable once published: the database sees to it.

    `texts`: {language: {"subject", "intro", "thanks"}}.
    """

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="versions", verbose_name=_("survey"))
    number = models.PositiveSmallIntegerField(_("number"))
    texts = models.JSONField(_("texts"), default=dict)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("published by")
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("version of a survey")
        verbose_name_plural = _("versions of surveys")
        ordering = ("survey", "-number")
        constraints = [
            models.UniqueConstraint(fields=("survey", "number"), name="survey_version_once"),
            models.UniqueConstraint(
                fields=("survey",), condition=Q(published_at=None), name="survey_version_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey} v{self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    def text(self, name: str, language: str) -> str:
        return in_language(self.texts, name, language, self.survey.base_language)

    @property
    def score_question(self) -> "Question":
        return next(question for question in self.questions.all() if question.role == Question.Role.SCORE)

    @property
    def comment_question(self) -> "Question | None":
        return next((question for question in self.questions.all() if question.role == Question.Role.COMMENT), None)


class Question(models.Model):
    """`texts`: {language: {"text", "low", "high"}}; low and high name the ends of a scale."""

    class Role(models.TextChoices):
        SCORE = "score", _("the score")
        COMMENT = "comment", _("in their own words")

    version = models.ForeignKey(Version, models.CASCADE, related_name="questions")
    role = models.CharField(_("asks for"), max_length=8, choices=Role.choices)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    texts = models.JSONField(_("texts"), default=dict)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ("position", "pk")
        constraints = [models.UniqueConstraint(fields=("version", "role"), name="survey_question_once")]

    def __str__(self) -> str:
        return self.text("text", self.version.survey.base_language)

    def text(self, name: str, language: str) -> str:
        return in_language(self.texts, name, language, self.version.survey.base_language)


def in_language(texts: dict[str, dict[str, str]], name: str, language: str, base: str) -> str:
    """The text in `language` (or the language without its region), else in the base language, else ""."""
    for code in (language, language.partition("-")[0], base):
        if texts.get(code, {}).get(name):
            return texts[code][name]
    return ""

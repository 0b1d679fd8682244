"""Surveys for operators: what is asked, when, and which words are live. Every change of state calls a verb."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from feedback.actions import invitations, surveys
from feedback.forms.wording import QuestionForm, VersionForm, WordingForm, readings
from feedback.kinds.base import kinds
from feedback.models import Invitation, Programme, Question, Response, Survey, Version
from kernel.admin_lists import FastList, ReadOnly, languages, worded


@admin.register(Survey)
class SurveyAdmin(FastList, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "kind", "status", "trigger", "live_version", "quiet_days", "remind_after_days")
    list_filter = ("kind", "status")
    readonly_fields = ("status", "live_version", "created_at")
    actions = ("draft_version", "publish_draft", "pause", "resume", "send_test")

    def has_delete_permission(self, request: HttpRequest, obj: Survey | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Survey, form: Any, change: bool) -> None:
        """A new survey comes with a draft to write its words into."""
        super().save_model(request, obj, form, change)
        if not change:
            surveys.draft(obj, by=request.user)  # type: ignore[arg-type]

    @admin.action(description=_("Make a draft of a new version"))
    def draft_version(self, request: HttpRequest, chosen: models.QuerySet[Survey]) -> None:
        for survey in chosen:
            version = surveys.draft(survey, by=request.user)  # type: ignore[arg-type]
            self.message_user(
                request, _("%(version)s is a draft: change its words under Versions of surveys.") % {"version": version}
            )

    @admin.action(description=_("Publish the draft"))
    def publish_draft(self, request: HttpRequest, chosen: models.QuerySet[Survey]) -> None:
        for survey in chosen:
            self._publish(request, survey)

    def _publish(self, request: HttpRequest, survey: Survey) -> None:
        draft = survey.draft
        if draft is None:
            self.message_user(request, _("%(survey)s has no draft.") % {"survey": survey}, messages.WARNING)
            return
        try:
            surveys.publish_version(draft, by=request.user)  # type: ignore[arg-type]
        except surveys.NotPublishable as refusal:
            self.message_user(request, f"{survey}: {refusal}", messages.ERROR)
        else:
            self.message_user(request, _("%(version)s is live.") % {"version": draft})

    @admin.action(description=_("Pause: ask nobody for now"))
    def pause(self, request: HttpRequest, chosen: models.QuerySet[Survey]) -> None:
        for survey in chosen:
            surveys.pause(survey, by=request.user)  # type: ignore[arg-type]
        self._tell_count(request, chosen)

    @admin.action(description=_("Resume"))
    def resume(self, request: HttpRequest, chosen: models.QuerySet[Survey]) -> None:
        for survey in chosen:
            surveys.resume(survey, by=request.user)  # type: ignore[arg-type]
        self._tell_count(request, chosen)

    def _tell_count(self, request: HttpRequest, chosen: models.QuerySet[Survey]) -> None:
        n = chosen.count()
        self.message_user(request, ngettext("%(n)d survey changed.", "%(n)d surveys changed.", n) % {"n": n})

    @admin.action(description=_("Send a test to me"))
    def send_test(self, request: HttpRequest, chosen: models.QuerySet[Survey]) -> None:
        """The draft if there is one, else what is live; the answer never counts."""
        for survey in chosen:
            version = survey.draft or survey.live_version
            sent = version and invitations.invite_tester(survey, version=version, by=request.user)  # type: ignore[arg-type]
            if sent:
                self.message_user(request, _("A test of %(version)s is on its way to you.") % {"version": version})
            else:
                self.message_user(
                    request, _("No test could be sent: set up a channel for e-mail first."), messages.ERROR
                )


@admin.register(Programme)
class ProgrammeAdmin(FastList):
    """One row: what holds for all surveys together."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Programme.objects.exists() and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Programme, form: Any, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)


class Worded(BaseModelAdmin):  # type: ignore[type-arg]
    """Words stand in a field for each language, where they are written and where they can only be read."""

    form: type[WordingForm]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.readings = readings(self.form)
        vars(self).update(self.readings)  # where the admin looks for what is no field of the row

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        if self.has_change_permission(request, obj):
            return fields
        return [field for field in fields if field not in self.form.declared_fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else [*self.readings, *fields]


class QuestionInline(Worded, admin.StackedInline):  # type: ignore[type-arg]
    model = Question
    form = QuestionForm
    extra = 0
    max_num = len(Question.Role.choices)

    def has_change_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)


def _is_draft(version: Version | None) -> bool:
    return version is None or not version.is_published


@admin.register(Version)
class VersionAdmin(Worded, FastList):
    form = VersionForm
    list_display = ("__str__", "published_at", "published_by")
    list_filter = ("survey",)
    list_select_related = ("survey", "published_by")
    readonly_fields = ("survey", "number", "published_at", "published_by")
    inlines = (QuestionInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Drafts are made from surveys, with the words of the version before."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Version | None = None) -> bool:
        return obj is not None and _is_draft(obj) and super().has_delete_permission(request, obj)


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, FastList):
    list_display = ("survey", "contact", "channel", "suppressed", "asked_at", "opened_at", "answered_at", "is_test")
    list_filter = ("survey", "suppressed", "is_test")
    list_select_related = ("survey", "contact")
    exclude = ("token_hash", "reminder_hash")


def band_names() -> dict[str, Any]:
    """Of all kinds of surveys."""
    return {band.slug: band.label for _slug, kind in kinds for band in kind.bands}


@admin.register(Response)
class ResponseAdmin(ReadOnly, FastList):
    """Also what probably came from machines: kept, never counted, open to a second look."""

    list_display = ("survey", "state", "score", "meaning", "language", "submitted_at")
    list_filter = ("state", "survey", ("band", worded(band_names)), ("language", worded(languages)))
    list_select_related = ("survey",)
    readonly_fields = ("glances", "edits")

    @admin.display(description=_("band"), ordering="band")
    def meaning(self, response: Response) -> str:
        return str(band_names().get(response.band, response.band))

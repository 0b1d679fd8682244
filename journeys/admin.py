"""Journeys in the settings: versions with their outline and publication; enrolments with their log and a second try."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.models.finding import known_by
from journeys import reporting, telling
from journeys.actions import enrolments, journeys
from journeys.actions.enrolments import CannotRetry
from journeys.graph import EXAMPLE, GraphError, problems
from journeys.models import Enrolment, Journey, Version
from journeys.nodes.base import nodes
from journeys.outline import outline
from kernel.admin_lists import FastList, ReadOnly
from kernel.json_fields import KeptJSON


@admin.register(Journey)
class JourneyAdmin(FastList, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "status", "live_version", "under_way", "failed")
    list_select_related = ("live_version__journey",)
    search_fields = ("name", "slug")
    readonly_fields = ("status", "live_version", "created_at")
    prepopulated_fields = {"slug": ("name",)}
    actions = ("pause", "resume")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are on its versions: it is paused instead."""
        return obj is not None and obj.live_version_id is None and super().has_delete_permission(request, obj)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The people on all journeys of the page are counted at once."""
        shown: Any = super().get_changelist_instance(request)
        people = reporting.totals(shown.result_list)
        for journey in shown.result_list:
            journey.people = people[journey.pk]
        return shown

    @admin.display(description=_("under way"))
    def under_way(self, journey: Any) -> int:
        return int(journey.people.active)

    @admin.display(description=_("stopped"))
    def failed(self, journey: Any) -> int:
        return int(journey.people.failed)

    @admin.action(description=_("Pause"), permissions=["change"])
    def pause(self, request: HttpRequest, rows: QuerySet[Journey]) -> None:
        for journey in rows:
            journeys.pause(journey, by=_user(request))

    @admin.action(description=_("Let it go on"), permissions=["change"])
    def resume(self, request: HttpRequest, rows: QuerySet[Journey]) -> None:
        for journey in rows:
            journeys.resume(journey, by=_user(request))


class GraphJSON(KeptJSON):
    """A line for each setting, as people write it."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return json.dumps(value, ensure_ascii=False, indent=2)
        return super().prepare_value(value)


class VersionForm(forms.ModelForm[Version]):
    class Meta:
        model = Version
        fields = ("journey", "graph")
        field_classes = {"graph": GraphJSON}
        widgets = {"graph": forms.Textarea(attrs={"rows": 30, "cols": 100, "spellcheck": "false"})}
        help_texts = {
            "graph": _(
                "Nodes, and the edges that lead from one to the next. Each node has an “id” of your choice, a “type” "
                "and its settings in “config”; where a node has several ways out, the edge names its “branch”. "
                "When you save, whatever does not fit yet is told."
            )
        }

    def clean_graph(self) -> Any:
        found = problems(self.cleaned_data["graph"])
        if found:
            raise forms.ValidationError(found)
        return self.cleaned_data["graph"]


@admin.register(Version)
class VersionAdmin(FastList, admin.ModelAdmin):  # type: ignore[type-arg]
    """A draft is written as JSON and shown as an outline. Published ones only show."""

    form = VersionForm
    list_display = ("__str__", "published_at", "published_by")
    list_filter = ("journey",)
    list_select_related = ("journey", "published_by")
    autocomplete_fields = ("journey",)
    readonly_fields = ("outline", "types", "published_at", "published_by")
    search_fields = ("journey__name",)
    actions = ("publish",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What may stand in a graph is told where it is written."""
        if obj is None:
            return ("journey", "graph", "types")
        types = () if obj.is_published else ("types",)
        return ("journey", "outline", "graph", *types, "published_at", "published_by")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From what runs now, where the journey is named; else from the smallest graph that works."""
        named = request.GET.get("journey", "")
        journey = Journey.objects.filter(pk=named).first() if named.isdecimal() else None
        latest = (journey.live_version or journey.newest_version) if journey else None
        return {"graph": latest.graph if latest else EXAMPLE, **({"journey": journey} if journey else {})}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or not obj.is_published) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and not obj.is_published and super().has_delete_permission(request, obj)

    @admin.display(description=_("outline"))
    def outline(self, version: Version) -> SafeString | str:
        graph = reporting.graph_of(version) if version.pk else None
        if graph is None:
            return "–"
        lines = outline(graph, reporting.node_counts(version))
        return render_to_string("journeys/admin_outline.html", {"lines": lines})

    @admin.display(description=_("types of nodes"))
    def types(self, version: Version) -> SafeString:
        known = [(kind, json.dumps(kind.example, ensure_ascii=False)) for _slug, kind in nodes]
        return render_to_string("journeys/admin_types.html", {"known": known})

    def save_model(self, request: HttpRequest, obj: Version, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made = journeys.add_version(obj.journey, graph=obj.graph, by=_user(request))
        obj.pk, obj.number = made.pk, made.number

    @admin.action(description=_("Publish"), permissions=["view"])
    def publish(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        """At once where nobody is under way; else whoever publishes is asked first what becomes of those who are."""
        for version in rows.select_related("journey"):
            if reporting.stops(version):
                return redirect(f"{reverse('journey_publication', args=[version.journey_id])}?version={version.number}")
            try:
                journeys.publish(version, by=_user(request))
            except GraphError as error:
                self.message_user(request, f"{version}: {error}", messages.ERROR)
            else:
                self.message_user(request, _("%(version)s is live.") % {"version": version}, messages.SUCCESS)
        return None


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnly, FastList):
    list_display = ("contact", "journey", "state", "node", "entered_at", "reason")
    list_filter = ("state", "journey")
    list_select_related = ("contact", "journey")
    ordering = ("-id",)
    search_fields = ("contact",)  # shows the box; get_search_results asks who is known by it
    search_help_text = _("An e-mail address or number, whole.")
    fields = ("contact", "journey", "version", "state", "node", "reason", "entered_at", "left_at", "log", "came_by")
    readonly_fields = fields
    actions = ("try_again", "take_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        return super().get_queryset(request).prefetch_related("contact__identities")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        words = search_term.strip()
        return queryset.filter(contact__in=known_by(words)) if words else queryset, False

    @admin.display(description=_("what happened"))
    def log(self, enrolment: Enrolment) -> SafeString:
        told = telling.log(enrolment, reporting.graph_of(enrolment.version))
        return render_to_string("journeys/admin_log.html", {"log": told})

    @admin.display(description=_("came by"))
    def came_by(self, enrolment: Enrolment) -> str:
        return json.dumps(enrolment.entry, ensure_ascii=False, indent=1)

    @admin.action(description=_("Try again what failed"), permissions=["view"])
    def try_again(self, request: HttpRequest, rows: QuerySet[Enrolment]) -> None:
        worked = 0
        for enrolment in rows:
            try:
                worked += not enrolments.retry(enrolment, by=_user(request)).is_failed
            except CannotRetry as error:
                self.message_user(request, f"{enrolment.contact}: {error}", messages.WARNING)
        self.message_user(request, _("%(n)s go on.") % {"n": worked}, messages.SUCCESS)

    @admin.action(description=_("Take out of the journey"), permissions=["view"])
    def take_out(self, request: HttpRequest, rows: QuerySet[Enrolment]) -> None:
        for enrolment in rows:
            enrolments.exit(enrolment, by=_user(request))


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None

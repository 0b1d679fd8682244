"""Lists of Django's admin that stay fast on big tables: counts stop at a cap, no second unfiltered count.

class ContactAdmin(FastList, admin.ModelAdmin): …
class EventAdmin(ReadOnly, FastList, admin.ModelAdmin): …
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.conf.locale import LANG_INFO
from django.contrib.admin import AllValuesFieldListFilter, ModelAdmin
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext

from kernel.json_fields import KeptJSON
from kernel.lists import CAP, capped_count


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to CAP rows. What lies beyond is reached by searching and filtering, not by paging."""

    @cached_property
    def count(self) -> int:
        return capped_count(self.object_list, CAP).number  # type: ignore[arg-type]


class FastList(ModelAdmin):  # type: ignore[type-arg]
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    formfield_overrides = {models.JSONField: {"form_class": KeptJSON}}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What the database fills in has no value yet on the page that adds."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else _without(fieldsets, self._filled_in_later(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Headed by what is listed, not by what to do with it."""
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Headed by its own name; the way to it stands above."""
        if context.get("subtitle"):
            context |= {"title": context["subtitle"], "subtitle": None}
        return super().render_change_form(request, context, *args, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Without the rows that only join two tables: nobody knows them by name."""
        listed, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        joins = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.auto_created]
        plurals = {options.verbose_name_plural for options in joins}
        shown = {name: number for name, number in counts.items() if name not in plurals}
        return (
            _without_joins(listed, tuple(f"{capfirst(o.verbose_name)}: " for o in joins)),
            shown,
            forbidden,
            protected,
        )

    def _filled_in_later(self, request: HttpRequest) -> set[str]:
        given = {field.name for field in self.opts.fields if field.has_db_default()}
        return given & {name for name in self.get_readonly_fields(request) if isinstance(name, str)}


def _without_joins(listed: Any, prefixes: tuple[str, ...]) -> list[Any]:
    """`listed` is a tree of sentences: a list after a sentence is what hangs on it."""
    kept = [_without_joins(one, prefixes) if isinstance(one, list) else one for one in listed]
    return [one for one in kept if one != [] and not (isinstance(one, str) and one.startswith(prefixes))]


def _without(fieldsets: Any, names: set[str]) -> list[tuple[Any, dict[str, Any]]]:
    return [
        (title, {**options, "fields": [name for name in options["fields"] if name not in names]})
        for title, options in fieldsets
    ]


def worded(words: Callable[[], Mapping[str, Any]]) -> type[AllValuesFieldListFilter]:
    """A filter by the values that there are, told by `words` to the reader: the column holds slugs of a registry."""

    class Worded(AllValuesFieldListFilter):
        def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:  # type: ignore[override]
            known = words()
            for choice in super().choices(changelist):
                yield {**choice, "display": known.get(str(choice["display"]), choice["display"])}

    return Worded


def languages() -> dict[str, str]:
    """Code → name, in the reader's language."""
    return {code: capfirst(gettext(info["name"])) for code, info in LANG_INFO.items() if "name" in info}


class ReadOnly(ModelAdmin):  # type: ignore[type-arg]
    """To look at, not to touch: rows that only verbs write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

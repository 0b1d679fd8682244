"""Lists of Django's admin that stay fast on big tables: counts stop at a cap, no second unfiltered count.

class ContactAdmin(FastList, admin.ModelAdmin): …
class EventAdmin(ReadOnly, FastList, admin.ModelAdmin): …
"""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property

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


class ReadOnly(ModelAdmin):  # type: ignore[type-arg]
    """To look at, not to touch: rows that only verbs write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

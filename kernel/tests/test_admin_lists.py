import pytest
from django.contrib.admin import site
from django.http import HttpRequest
from django.test import Client

from crm.models import Tag
from crm.tests.factories import user
from kernel import admin_lists
from kernel.admin_lists import CappedPaginator, FastList, ReadOnly


@pytest.mark.django_db
def test_capped_paginator_stops_counting_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_lists, "CAP", 3)
    Tag.objects.bulk_create([Tag(name=f"tag {number}") for number in range(5)])

    assert CappedPaginator(Tag.objects.all(), 2).count == 3
    assert CappedPaginator(Tag.objects.filter(name="tag 1"), 2).count == 1


def test_fast_list_never_counts_the_whole_table() -> None:
    assert FastList.show_full_result_count is False
    assert FastList.paginator is CappedPaginator


def test_read_only_admin_refuses_every_change() -> None:
    admin = ReadOnly(Tag, site)

    assert [
        admin.has_add_permission(HttpRequest()),
        admin.has_change_permission(HttpRequest()),
        admin.has_delete_permission(HttpRequest()),
    ] == [False, False, False]


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "offers_all"), [({}, False), ({"q": "tag 1"}, True)])
def test_way_back_to_all_rows_is_offered_to_who_searched(
    client: Client, asked: dict[str, str], offers_all: bool
) -> None:
    client.force_login(user("admin", language="en", is_superuser=True))
    Tag.objects.create(name="tag 1")

    assert ("Show all" in client.get("/admin/crm/tag/", asked).content.decode()) is offers_all


JOINS = ("Contact-tag relationship: ",)


@pytest.mark.parametrize(
    ("listed", "shown"),
    [
        ([], []),
        (["Contact: Ana"], ["Contact: Ana"]),
        (["Contact: Ana", ["Contact-tag relationship: 7", "Note: 3"]], ["Contact: Ana", ["Note: 3"]]),
        (["Contact: Ana", ["Contact-tag relationship: 7"]], ["Contact: Ana"]),
        (["Contact: Ana", ["Note: 3", ["Contact-tag relationship: 7"]]], ["Contact: Ana", ["Note: 3"]]),
        (["Note: Contact-tag relationship: "], ["Note: Contact-tag relationship: "]),
    ],
)
def test_rows_that_only_join_two_tables_are_not_among_what_goes(listed: list[object], shown: list[object]) -> None:
    assert admin_lists._without_joins(listed, JOINS) == shown


def test_page_that_adds_leaves_out_what_the_database_fills_in() -> None:
    fieldsets = [(None, {"fields": ["name", "created_at"], "classes": ["wide"]}), ("More", {"fields": ["created_at"]})]

    assert admin_lists._without(fieldsets, {"created_at"}) == [
        (None, {"fields": ["name"], "classes": ["wide"]}),
        ("More", {"fields": []}),
    ]
    assert fieldsets[0][1]["fields"] == ["name", "created_at"]

"""Whatever the settings name is named in the reader's language: lists, filters, forms, rows inside forms, actions."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path, label_for_field
from django.db.models import Model
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation

from crm.tests import factories
from omnichannel.models import Channel

# Written alike in both languages.
ALIKE = frozenset({"ID", "id", "error", "marketing", "crontab", "crontabs", "Net Promoter Score", "Roles", "Scripted"})

pytestmark = pytest.mark.django_db


@pytest.fixture
def admins_request() -> HttpRequest:
    request = RequestFactory().get("/admin/")
    request.user = factories.user("admin", is_superuser=True)
    return request


Named = Iterator[tuple[str, str]]  # where it stands, and what it says


def named(part: Any, request: HttpRequest) -> Named:
    """In the language that is active."""
    yield from _of_noun(part.model)
    yield "help of the search", str(part.search_help_text or "")
    for name in part.get_list_display(request):
        yield f"column {name}", str(label_for_field(name, part.model, part))
    yield from _of_filters(part)
    for name, (_function, _name, description) in part.get_actions(request).items():
        yield f"action {name}", str(description)
    example = Channel(pk=1, kind="email") if part.model is Channel else part.model()
    yield from _of_fields(part, request, example)
    for inline in part.get_inline_instances(request, example):
        yield from _of_noun(inline.model)
        yield from _of_fields(inline, request, example)


def _of_noun(model: type[Model]) -> Named:
    yield f"{model.__name__}, one", str(model._meta.verbose_name)
    yield f"{model.__name__}, many", str(model._meta.verbose_name_plural)


def _of_filters(part: Any) -> Named:
    for each in part.list_filter:
        path = each[0] if isinstance(each, tuple) else each
        field = get_fields_from_path(part.model, path)[-1]
        yield f"filter {path}", str(field.verbose_name)
        for value, label in field.flatchoices:
            yield f"choice {value} of {path}", str(label)


def _of_fields(part: Any, request: HttpRequest, example: Model) -> Named:
    fieldsets = part.get_fieldsets(request, example)
    for title, _options in fieldsets:
        yield "heading", str(title or "")
    fields = _form(part, request, example).fields
    for name in flatten_fieldsets(fieldsets):
        if name in fields:
            yield f"field {name}", str(fields[name].label)
            yield f"help of {name}", str(fields[name].help_text)
        else:
            yield f"field {name}", str(label_for_field(name, part.model, part))


def _form(part: Any, request: HttpRequest, example: Model) -> Any:
    if hasattr(part, "get_formset"):
        return part.get_formset(request, example).form(instance=part.model())
    return part.get_form(request, example, change=True)(instance=example)


@pytest.mark.parametrize("part", admin.site._registry.values(), ids=str)
def test_settings_are_named_in_the_readers_language(part: Any, admins_request: HttpRequest) -> None:
    with translation.override("en"):
        english = list(named(part, admins_request))
    with translation.override("es"):
        spanish = list(named(part, admins_request))

    alike = [(where, text) for (where, text), (_where, other) in zip(english, spanish, strict=True) if text == other]

    assert [(where, text) for where, text in alike if text and text not in ALIKE] == []


def test_settings_keep_colleagues_and_upkeep_apart_from_customers(admins_request: HttpRequest) -> None:
    apps = admin.site.get_app_list(admins_request)
    found = {str(app["name"]): [model["object_name"] for model in app["models"]] for app in apps[:3]}
    assert found == {
        "Customers": ["Company", "Contact", "Event", "Identity", "Tag"],
        "Colleagues and access": ["ApiKey", "AccountMail", "Team", "User"],
        "Upkeep": ["Cursor", "Retry", "RefusedEvents"],
    }

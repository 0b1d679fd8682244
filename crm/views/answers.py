"""How crm's views answer: a page to a browser, its fragment to htmx."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers

from kernel.answers import by_htmx


def page_or(request: HttpRequest, template: str, fragment: str, context: dict[str, Any]) -> HttpResponse:
    """One address, two forms: the whole page, or the fragment that htmx asked for; no cache may mix them up."""
    name = f"{template}#{fragment}" if by_htmx(request) else template
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_store=True)
    return response

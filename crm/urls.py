"""Addresses of crm."""

from django.urls import URLPattern, path

from crm.views import ingest

# The tracking API's addresses, and the one-letter ones that its browser libraries use.
_INGEST = {
    "track": "t",
    "identify": "i",
    "page": "p",
    "screen": "s",
    "group": "g",
    "alias": "a",
    "batch": "b",
}

urlpatterns: list[URLPattern] = [
    path(f"v1/{address}", ingest.door(kind), name=f"ingest_{address}")
    for kind, letter in _INGEST.items()
    for address in (kind, letter)
]

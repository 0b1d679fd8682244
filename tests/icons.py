"""The icons that the front end draws."""

import json

from django.conf import settings

PLACE = "static/icons/lucide.json"
DRAWN = frozenset(json.loads((settings.BASE_DIR / PLACE).read_text()))


def assert_drawn(icon: str) -> None:
    assert icon in DRAWN, f"“{icon}” is none of the icons that {PLACE} lists: choose one of them."

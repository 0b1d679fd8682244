"""What every page's frame needs: navigation by role, theme, language."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from kernel.navigation import items_for


def shell(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "theme": "", "languages": settings.LANGUAGES}
    nav = [
        {
            "url": item.url,
            "label": item.label,
            "icon": item.icon,
            "counter": item.counter,
            "active": request.path.startswith(item.url) and (item.url != "/" or request.path == "/"),
        }
        for item in items_for(user)
    ]
    return {"nav": nav, "theme": user.theme, "languages": settings.LANGUAGES}

"""The gallery: every component in every state, with invented people. The screenshot script photographs it.

?lang=en|es and ?theme=light|dark choose how it is shown, without changing the user's own choice.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET

from config.views import gallery_samples as samples
from config.views.gallery_customer import frames
from config.views.gallery_inbox import inbox
from config.views.gallery_reports import journeys, reports
from kernel.policies import admins_only

THEMES = ("light", "dark")


@require_GET
@admins_only
def gallery(request: HttpRequest) -> HttpResponse:
    with translation.override(_language(request)):
        return render(request, "gallery/gallery.html", _context(request))


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE


def _context(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    theme = request.GET.get("theme", "")
    people, moments = samples.people(now), samples.moments(now)
    return {
        "LANGUAGE_CODE": translation.get_language(),
        "tokens": [*samples.TOKENS, *samples.FEELINGS[:4]],
        "knots": samples.KNOTS,
        "feelings": samples.FEELINGS,
        "people": people,
        "moments": moments,
        "page": samples.SamplePage(),
        "form": samples.SampleForm(initial={"name": "María Ruiz"}),
        "wrong_form": samples.SampleForm({"email": "maria@"}),
        "charts": samples.figures(),
        "palette_groups": samples.palette(),
        "report": reports(now),
        "journey": journeys(),
        "frames": frames(),
        **inbox(people, moments, now),
        **({"theme": theme} if theme in THEMES else {}),
    }

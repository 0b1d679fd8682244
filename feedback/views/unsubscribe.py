"""One-click unsubscribe, /u/<token> (RFC 8058). GET asks, POST does; nothing but the signed token is needed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from feedback.actions import unsubscribing
from feedback.models import Brand, Survey
from feedback.views.visitors import at_most, language_for
from kernel.policies import by_token

PER_MINUTE = 600  # mail providers send the clicks of all their customers from a few addresses


@csrf_exempt  # a mail program has no cookie: the signed token is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@by_token
@at_most(PER_MINUTE, seconds=60)
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    found = unsubscribing.find(token)
    with translation.override(language_for(request, found.contact if found else None)):
        request.LANGUAGE_CODE = translation.get_language()
        if found is None:
            return render(request, "feedback/gone.html", {"brand": {}}, status=404)
        if request.method == "POST":
            (unsubscribing.come_back if request.POST.get("again") else unsubscribing.leave)(found)
        context = {"brand": _brand(), "subscription": found, "refused": found.is_refused}
        return render(request, "feedback/unsubscribe.html", context)


def _brand() -> Brand | None:
    """The company's, as its surveys show it."""
    survey = Survey.objects.order_by("pk").first()
    return survey.brand if survey else None

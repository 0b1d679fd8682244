"""What a colleague chooses for themselves: theme, language, time zone. A form posts what it knows of the three."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from crm.models import User
from crm.models.locales import timezone_choices
from kernel.policies import SignedInRequest, signed_in


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.ChoiceField(choices=[("", ""), *settings.LANGUAGES], required=False)
    time_zone = forms.ChoiceField(choices=lambda: [("", ""), *timezone_choices()], required=False)

    class Meta:
        model = User
        fields = ("theme", "language", "time_zone")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    """Read, as after a sign-in that the form had to wait for, it leads to the page that the choice was made on."""
    if request.method != "POST":
        return redirect(_back(request))
    chosen = {name: request.POST[name] for name in PreferencesForm.Meta.fields if name in request.POST}
    current = {name: getattr(request.user, name) for name in PreferencesForm.Meta.fields}
    form = PreferencesForm({**current, **chosen}, instance=request.user)
    if not form.is_valid():
        return HttpResponse(form.errors.as_json(), status=422, content_type="application/json")
    form.save()
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if ours else "/"

"""One button for the journey that comes with the product."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from journeys.actions import shipped as verbs
from journeys.forms.shipped import ShippedForm
from kernel.policies import SignedInRequest, managers_only


@require_POST
@managers_only
def shipped(request: SignedInRequest) -> HttpResponse:
    """Install it, paused, and show it: a person looks at it and starts it."""
    form = ShippedForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the name of your company, as customers know it."))
        return redirect("journeys")
    journey = verbs.welcome_and_ask(company=form.cleaned_data["company"], live=False, by=request.user)
    messages.success(request, _("Installed, not started yet: look at it, then start it."))
    return redirect("journey", pk=journey.pk)

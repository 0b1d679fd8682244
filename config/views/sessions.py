"""What a colleague may do with their own account beyond allauth's pages."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from kernel.policies import SignedInRequest, signed_in


@signed_in
@require_http_methods(["DELETE"])
def session(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign out one of one's own browsers: it is a stranger at its next click."""
    get_object_or_404(UserSession.objects.filter(user=request.user), pk=pk).end()
    messages.success(request, _("That browser is signed out."))
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


@signed_in
@require_GET
def address(request: SignedInRequest) -> HttpResponse:
    """In the place of allauth's page: with which address somebody signs in is the admin's word."""
    return redirect("account_change_password")

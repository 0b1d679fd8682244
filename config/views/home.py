"""The first page after signing in depends on the role."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from kernel.navigation import items_for
from kernel.policies import SignedInRequest, signed_in


@signed_in
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """The first page of the user's own navigation: the inbox for agents, contacts for sales, reports for managers."""
    return redirect(_start_page(request))


def _start_page(request: SignedInRequest) -> str:
    items = items_for(request.user)
    if request.user.has_role("manager") and not request.user.has_role("agent"):
        items = sorted(items, key=lambda item: not item.view.startswith("report"))
    return items[0].url if items else "/accounts/sessions/"

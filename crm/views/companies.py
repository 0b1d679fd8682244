"""A company and its people."""

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from crm.models import Company, Contact, Identity
from crm.models.identity import NO_ADDRESSES
from crm.views.answers import page_or
from kernel.lists import capped_count, keyset_page
from kernel.policies import SignedInRequest, signed_in


@signed_in
@require_safe
def company(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everybody may know the company; of its people, each colleague sees those whom they may see."""
    found = get_object_or_404(Company, pk=pk)
    rows = Contact.objects.visible_to(request.user).survivors().filter(company=found)
    reachable = Prefetch("identities", Identity.objects.exclude(kind__in=NO_ADDRESSES))
    cursor = request.GET.get("cursor", "")
    people = rows.select_related("company", "owner").prefetch_related("tags", reachable)
    context = {
        "company": found,
        "page": keyset_page(people, order=("-last_activity_at", "-id"), cursor=cursor),
        "cursor": cursor,
        "count": capped_count(rows),
    }
    return page_or(request, "crm/company.html", "people", context)

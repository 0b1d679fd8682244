"""The list of contacts, and a new one."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.actions import companies
from crm.actions import contacts as verbs
from crm.forms.contacts import ContactFilter, NewContactForm
from crm.models import Company, Contact, Identity
from crm.models.contact import ContactQuerySet
from crm.models.families import acquaint
from crm.models.identity import NO_ADDRESSES
from crm.views.answers import page_or
from kernel import realtime
from kernel.lists import capped_count, keyset_page
from kernel.policies import SignedInRequest, signed_in

ORDER = ("-last_activity_at", "-id")
SIZE = 30


@signed_in
@require_safe
def contacts(request: SignedInRequest) -> HttpResponse:
    asked, place = ContactFilter(request.GET), realtime.here()  # the place first: what comes meanwhile is told again
    rows = asked.apply(Contact.objects.visible_to(request.user).survivors(), request.user)
    cursor = request.GET.get("cursor", "")
    query = urlencode(asked.query())
    page = keyset_page(_with_people(rows), order=ORDER, cursor=cursor, size=SIZE)
    acquaint(page.rows)
    context = {
        "form": asked,
        "filtered": asked.filters(),
        "company": Company.objects.filter(pk=asked.filters().get("company") or 0).first(),
        "place": place,
        "page": page,
        "cursor": cursor,
        "count": capped_count(rows),
        "query": f"{query}&" if query else "",
    }
    response = page_or(request, "crm/contacts.html", "people", context)
    response["HX-Push-Url"] = reverse("contacts") + (f"?{query}" if query else "")
    return response


def _with_people(rows: ContactQuerySet) -> Any:
    """What a row shows, in a fixed number of queries."""
    reachable = Identity.objects.exclude(kind__in=NO_ADDRESSES)
    return rows.select_related("company", "owner").prefetch_related("tags", Prefetch("identities", reachable))


@signed_in
@require_http_methods(["GET", "POST"])
def new_contact(request: SignedInRequest) -> HttpResponse:
    form = NewContactForm(
        request.POST if request.method == "POST" else None,
        initial={"owner": request.user, "first_name": request.GET.get("name")},
    )
    taken = None
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("contact", pk=_create(request, form.cleaned_data).pk)
        except verbs.IdentityTaken as error:
            taken = _explain(request, form, error)
    status = 422 if form.errors else 200
    return render(request, "crm/new_contact.html", {"form": form, "taken": taken}, status=status)


def _create(request: SignedInRequest, said: dict[str, Any]) -> Contact:
    return verbs.create(
        by=request.user,
        emails=[said["email"]] if said["email"] else [],
        phones=[said["phone"]] if said["phone"] else [],
        company=companies.named(said["company"], by=request.user),
        **{name: said[name] for name in ("first_name", "last_name", "owner", "language", "timezone")},
    )


def _explain(request: SignedInRequest, form: NewContactForm, error: verbs.IdentityTaken) -> Contact | None:
    """The person who has this address already, for those who may see them."""
    form.add_error(error.claim.kind, _("Somebody is known by this already."))
    return Contact.objects.visible_to(request.user).filter(pk=error.contact.survivor_id).first()

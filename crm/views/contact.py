"""The page of one contact: who, how they feel, what they are worth, what is next, and the thread of their life."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import pages, timeline
from crm.actions import companies, consents
from crm.actions import contacts as verbs
from crm.actions import tags as tagging
from crm.forms.contacts import ConsentForm, ContactForm, IdentityForm, TagForm
from crm.models import Claim, Contact, Tag
from crm.models.families import acquaint
from crm.views.answers import page_or
from kernel.answers import by_htmx, toast
from kernel.policies import SignedInRequest, signed_in

PAGE = "crm/contact.html"


def visible(request: SignedInRequest, pk: int) -> Contact:
    """Raises Http404 for somebody whom this colleague may not see."""
    rows = Contact.objects.visible_to(request.user).select_related("company", "owner", "team")
    found = get_object_or_404(rows.prefetch_related("identities", "tags"), pk=pk)
    acquaint([found])
    return found


@signed_in
@require_safe
def contact(request: SignedInRequest, pk: int) -> HttpResponse:
    found = visible(request, pk)
    if found.survivor_id != found.pk:
        return redirect("contact", pk=found.survivor_id, permanent=False)
    kind, channel = request.GET.get("kind", ""), request.GET.get("channel", "")
    context = pages.contact(found, request.user) | {"kind": kind, "channel": channel}
    context["thread"] = timeline.read(found, viewer=request.user, kind=kind, channel=channel)
    return page_or(request, PAGE, "story", context)


@signed_in
@require_safe
def older(request: SignedInRequest, pk: int) -> HttpResponse:
    """The next page of the thread, for the end of the list that is there."""
    found = visible(request, pk)
    kind, channel = request.GET.get("kind", ""), request.GET.get("channel", "")
    thread = timeline.read(found, viewer=request.user, kind=kind, channel=channel, cursor=request.GET.get("cursor", ""))
    return render(request, f"{PAGE}#knots", {"contact": found, "thread": thread, "kind": kind, "channel": channel})


@signed_in
@require_http_methods(["GET", "POST"])
def details(request: SignedInRequest, pk: int) -> HttpResponse:
    """GET with `?edit=1`: the form in the place of the details."""
    found = visible(request, pk)
    if request.method == "GET":
        fragment = "details_form" if request.GET.get("edit") else "details"
        return render(request, f"{PAGE}#{fragment}", {"contact": found, "form": ContactForm.of(found)})
    form = ContactForm(request.POST)
    form.keep(found)
    if not form.is_valid():
        return render(request, f"{PAGE}#details_form", {"contact": found, "form": form}, status=422)
    said = form.changes()
    if "company" in said:
        said["company"] = companies.named(said["company"], by=request.user)
    verbs.update(found, by=request.user, **said)
    return changed(request, pk, _("Saved."))


@signed_in
@require_POST
def identities(request: SignedInRequest, pk: int) -> HttpResponse:
    found, form = visible(request, pk), IdentityForm(request.POST)
    if form.is_valid():
        kind, raw = form.cleaned_data["value"]
        try:
            verbs.add_identity(found, Claim(kind, raw), by=request.user)
            return changed(request, pk, _("Added."))
        except verbs.IdentityTaken:
            form.add_error("value", _("Somebody else is known by this already."))
    return render(request, f"{PAGE}#identity_form", {"contact": found, "identity_form": form}, status=422)


@signed_in
@require_POST
def tags(request: SignedInRequest, pk: int) -> HttpResponse:
    found, form = visible(request, pk), TagForm(request.POST)
    if not form.is_valid():
        context = {"contact": found, "tag_form": form, "tags": Tag.objects.on_offer()}
        return render(request, f"{PAGE}#tag_form", context, status=422)
    tag = tagging.named(form.cleaned_data["name"])
    undo = ("DELETE", reverse("contact_tag", args=[pk, tag.pk])) if tagging.put(found, [tag], by=request.user) else None
    return changed(request, pk, _("Tagged: %(tag)s") % {"tag": tag.name}, undo=undo)


@signed_in
@require_http_methods(["POST", "DELETE"])
def contact_tag(request: SignedInRequest, pk: int, tag_pk: int) -> HttpResponse:
    """POST: back where it was taken off."""
    found, tag = visible(request, pk), get_object_or_404(Tag, pk=tag_pk)
    if request.method == "POST":
        tagging.put(found, [tag], by=request.user)
        return changed(request, pk, _("Tagged: %(tag)s") % {"tag": tag.name})
    tagging.take(found, [tag], by=request.user)
    undo = ("POST", reverse("contact_tag", args=[pk, tag_pk]))
    return changed(request, pk, _("Tag taken off: %(tag)s") % {"tag": tag.name}, undo=undo)


@signed_in
@require_POST
def consent(request: SignedInRequest, pk: int) -> HttpResponse:
    """What somebody said on the telephone, written down by whoever heard it."""
    found, form = visible(request, pk), ConsentForm(request.POST)
    if not form.is_valid():
        raise Http404
    consents.record(found.pk, source=f"told {request.user.email}"[:80], **form.cleaned_data)
    return changed(request, pk, _("Consent recorded."))


def changed(request: SignedInRequest, pk: int, said: str, undo: tuple[str, str] | None = None) -> HttpResponse:
    """The page's parts again, each in its place."""
    if not by_htmx(request):
        return redirect("contact", pk=pk)
    found = visible(request, pk)
    return toast(HttpResponse(pages.contact_parts(found, request.user)), said, undo=undo)

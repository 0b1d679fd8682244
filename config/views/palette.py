"""Ctrl-K: pages by role, people, conversations; each group only what the user may open."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm.models import Contact
from crm.models.families import acquaint
from kernel.navigation import Item, items_for
from kernel.policies import SignedInRequest, admins_only, agents_only, signed_in
from omnichannel import listing

# Reached from the menu under one's initials; by keyboard, from here.
MENU = (
    Item("mfa_index", gettext_lazy("Sign-in and security"), "shield-check", signed_in, 100),
    Item("usersessions_list", gettext_lazy("Sessions"), "monitor", signed_in, 110),
    Item("admin:index", gettext_lazy("Settings"), "settings", admins_only, 120),
)
MOST = 6  # of each kind; who wants more opens the page's own search


@signed_in
@require_safe
def palette(request: SignedInRequest) -> HttpResponse:
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    groups = [pages(request, words)]
    if words:
        groups += [people(request, words), conversations(request, words)]
    shown = [group for group in groups if group["items"]]
    return render(request, "components/palette_results.html", {"groups": shown, "q": words})


def pages(request: SignedInRequest, words: str) -> dict[str, Any]:
    items = [
        {"url": item.url, "label": item.label, "icon": item.icon}
        for item in [*items_for(request.user), *(item for item in MENU if item.policy.admits(request.user))]
        if words.lower() in str(item.label).lower()
    ]
    return {"label": _("Pages"), "items": items}


def people(request: SignedInRequest, words: str) -> dict[str, Any]:
    return {"label": _("People"), "items": list(_people(request, words))}


def _people(request: SignedInRequest, words: str) -> Iterator[dict[str, Any]]:
    found = Contact.objects.visible_to(request.user).survivors().matching(words)
    found = found.select_related("company").order_by("-last_activity_at", "-pk")
    people = list(found.prefetch_related("identities")[:MOST])
    acquaint(people)
    for contact in people:
        hint = str(contact.company or "") or next(iter(contact.emails), "")
        yield {"url": reverse("contact", args=[contact.pk]), "label": contact.name, "hint": hint, "avatar": True}


def conversations(request: SignedInRequest, words: str) -> dict[str, Any]:
    if not agents_only.admits(request.user):
        return {"label": "", "items": []}
    found = list(listing.with_people(listing.matching(request.user, words)).latest_first()[:MOST])
    listing.introduce(found)
    items = [
        {
            "url": reverse("conversation", args=[conversation.pk]),
            "label": str(conversation),
            "icon": "message-square",
            "hint": conversation.person.name,
        }
        for conversation in found
    ]
    return {"label": _("Conversations"), "items": items}

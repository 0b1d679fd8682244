"""The inbox: list, thread, person."""

import uuid
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.models import Contact, Tag, User
from kernel.answers import by_htmx, target, varying
from kernel.policies import SignedInRequest, agents_only
from omnichannel import fragments, lately, listing, routes, thread
from omnichannel.actions import conversations, outreach
from omnichannel.actions.outgoing import Unreachable
from omnichannel.forms import files
from omnichannel.forms.conversations import NewConversationForm
from omnichannel.listing import Tab
from omnichannel.models import Channel, Conversation, Draft, Presence

UPLOAD_MS = 600_000  # that the browser waits for a message with files: 20 MB over a slow line
KEYS = {Tab.MINE: "m", Tab.UNASSIGNED: "u", Tab.ALL: "a", Tab.RESOLVED: "r"}


@require_GET
@agents_only
def inbox(request: SignedInRequest) -> HttpResponse:
    cursor = request.GET.get("cursor", "")
    counts = listing.counts(request.user)
    context = list_context(request, counts, asked_tab(request.GET) or _first_tab(counts))
    if cursor and by_htmx(request):
        return varying(render(request, "omnichannel/inbox.html#rows", context))
    part = "#list" if target(request) == "list-pane" else ""
    return varying(render(request, f"omnichannel/inbox.html{part}", context | page_context(request.user)))


def asked_tab(given: QueryDict) -> Tab | None:
    tab = given.get("tab", "")
    return Tab(tab) if tab in Tab.values else None


def _first_tab(counts: listing.Counts) -> Tab:
    """Where there is something to do."""
    if counts.mine:
        return Tab.MINE
    return Tab.UNASSIGNED if counts.unassigned else Tab.ALL


def list_context(request: SignedInRequest, counts: listing.Counts, tab: str) -> dict[str, Any]:
    search, cursor = request.GET.get("q", "").replace("\x00", "").strip()[:200], request.GET.get("cursor", "")
    page = listing.page(request.user, tab, search=search, cursor=cursor)
    rows = listing.dress(request.user, page.rows)
    shown = {"tab": tab, "search": search, "cursor": cursor, "rows": rows, "next": page.next}
    # Asked only where the list is empty.
    return shown | {"is_connected": Channel.objects.filter(active=True).exists} | tabs_context(counts)


def tabs_context(counts: listing.Counts) -> dict[str, Any]:
    numbers = {Tab.MINE: counts.mine, Tab.UNASSIGNED: counts.unassigned, Tab.ALL: counts.all}
    tabs = [{"value": tab.value, "label": tab.label, "key": KEYS[tab], "count": numbers.get(tab)} for tab in Tab]
    return {"counts": counts, "tabs": tabs}


def page_context(user: User) -> dict[str, Any]:
    return {"topics": listing.topics(user)}


@require_GET
@agents_only
def conversation(request: SignedInRequest, pk: int) -> HttpResponse:
    """The thread: whole page with the list of `?tab=`, the middle pane (htmx), or an earlier stretch (`?before=`)."""
    found = visible(request, pk)
    before = request.GET.get("before", "")
    if before.isdecimal():
        stretch = thread.stretch(found, before=int(before[:18]))
        context = {"conversation": found, "stretch": stretch}
        return varying(render(request, "omnichannel/conversation.html#stretch", context))
    conversations.mark_read(found, by=request.user)
    if target(request) == "thread-pane":
        return opened(request, found)
    counts = listing.counts(request.user)
    tab = asked_tab(request.GET) or next(tab for tab in Tab if tab in listing.tabs_of(request.user, found))
    context = list_context(request, counts, tab) | page_context(request.user) | thread_context(request, found)
    return varying(render(request, "omnichannel/inbox.html", context))


def visible(request: SignedInRequest, pk: int) -> Conversation:
    rows = listing.with_people(Conversation.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("contact__company", "contact__owner"), pk=pk)


def opened(request: SignedInRequest, found: Conversation) -> HttpResponse:
    """The middle pane, with the person and the row (now read) out of band."""
    context = thread_context(request, found) | {"row": fragments.row(request.user, found)}
    return varying(render(request, "omnichannel/opened.html", context))


def thread_context(request: SignedInRequest, found: Conversation) -> dict[str, Any]:
    stretch = thread.stretch(found)
    return {
        "conversation": found,
        "stretch": stretch,
        "newest": stretch.newest,
        "client_id": uuid.uuid4().hex,
        "most_files": files.MOST_FILES,
        "most_bytes": files.MOST_BYTES,
        "most": files.MOST,
        "upload_ms": UPLOAD_MS,
        "draft": Draft.objects.filter(user=request.user, conversation=found).first(),
        "others": Presence.objects.others_at(found, request.user),
        "channels": thread.reply_channels(found, by=request.user),
        "routes": routes.routes(found),
        "assignable": thread.assignable(found),
        "story": lately.story(found.person, request.user),
        "person_url": person_url(found.person.pk),
        "tags": Tag.objects.on_offer(),
    }


def person_url(contact_id: int) -> str:
    try:
        return reverse("contact", args=[contact_id])
    except NoReverseMatch:
        return ""


@require_http_methods(["GET", "POST"])
@agents_only
def new_conversation(request: SignedInRequest) -> HttpResponse:
    """We write first, to `?contact=`."""
    number = request.GET.get("contact", "")
    people = Contact.objects.visible_to(request.user).prefetch_related("identities")
    contact = get_object_or_404(people, pk=int(number[:18]) if number.isdecimal() else 0)
    given = (request.POST or None, request.FILES or None)
    form = NewConversationForm(*given, contact=contact, by=request.user, initial={"client_id": uuid.uuid4().hex})
    if form.is_valid():
        try:
            message = outreach.write_to(contact, by=request.user, **form.cleaned_data)
            return redirect("conversation", pk=message.conversation_id)
        except Unreachable:
            form.add_error("channel", _("This person has no address for this channel. Add one on their page first."))
        except conversations.ClientIdTaken as error:  # no page of ours sends that
            raise BadRequest(str(error)) from None
    context = {"form": form, "contact": contact, "person_url": person_url(contact.pk)}
    return render(request, "omnichannel/new.html", context, status=422 if form.errors else 200)

"""What an agent does with a conversation: write, assign, resolve, reopen, read."""

from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.models import User
from kernel.answers import toast
from kernel.policies import SignedInRequest, agents_only
from omnichannel import fragments, listing, thread
from omnichannel.actions import conversations, desk
from omnichannel.actions.conversations import AssignedMeanwhile, ClientIdTaken, ThreadChanged
from omnichannel.actions.outgoing import Unreachable
from omnichannel.forms.conversations import AssignmentForm, MessageForm
from omnichannel.listing import Tab
from omnichannel.models import Conversation, Message
from omnichannel.models.message import MessageQuerySet
from omnichannel.views import answers
from omnichannel.views.inbox import asked_tab, opened, visible


@require_POST
@agents_only
def messages(request: SignedInRequest, pk: int) -> HttpResponse:
    """A reply or a private note, with files or without."""
    conversation = visible(request, pk)
    form = MessageForm(request.POST, request.FILES, by=request.user)
    if not form.is_valid():
        return _refused(form.complaint)
    try:
        message = _write(request, conversation, form)
    except ThreadChanged as changed:
        return _changed(request, conversation, changed)
    except Unreachable:
        return _refused(_("No active channel reaches this person. Your text is kept; leave it as a private note."))
    except ClientIdTaken as error:  # no page of ours sends that
        raise BadRequest(str(error)) from None
    return answers.pieces(request, _written(request, conversation, message), conversation)


def _write(request: SignedInRequest, conversation: Conversation, form: MessageForm) -> Message:
    data = form.cleaned_data
    said = {"body": data["body"], "attachments": data["attachments"], "client_id": data["client_id"] or None}
    if data["private"]:
        return conversations.add_note(conversation, by=request.user, **said)
    copies = data["cc"] if data["copies"] else None
    route = {"channel": data["channel"], "seen_message_id": data["last_message_id"], "copies": copies}
    return conversations.reply(conversation, by=request.user, **route, **said)


def _written(request: SignedInRequest, conversation: Conversation, message: Message) -> list[SafeString]:
    conversations.mark_read(conversation, by=request.user)
    desk.drop_draft(conversation, by=request.user)
    conversation = visible(request, conversation.pk)
    return [
        fragments.message(_in_full(message.pk), conversation),
        fragments.row(request.user, conversation),
        fragments.head(request.user, conversation),  # a first answer takes the conversation
        fragments.composer_news(conversation, newest=message.pk),
        fragments.route(conversation),  # what was chosen was for this answer
    ]


def _in_full(pk: int) -> Message:
    rows: MessageQuerySet = Message.objects.filter(pk=pk)
    return thread.told_in_full(rows).get()


def _changed(request: SignedInRequest, conversation: Conversation, changed: ThreadChanged) -> HttpResponse:
    """409: nothing was sent. What is new is shown, the text stays, and sending again is sending anyway."""
    newest = changed.newer[-1].pk
    parts = [fragments.message(_in_full(message.pk), conversation) for message in changed.newer]
    parts.append(fragments.composer_news(conversation, newest=newest, newer=changed.newer, reader=request.user))
    parts.append(fragments.route(conversation))
    return HttpResponse("".join(parts), status=409)


def _refused(text: str) -> HttpResponse:
    return toast(HttpResponse(status=422), text, level="error")


@require_POST
@agents_only
def assignment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who works on it. `assignee` empty: nobody. The undo of the toast names the assignee before, and after."""
    conversation = visible(request, pk)
    before = conversation.assignee_id or ""
    given = request.POST if "assignee" in request.POST else request.GET
    form = AssignmentForm(given, conversation=conversation)
    if not form.is_valid():
        return HttpResponseBadRequest(_("This colleague does not work on this inbox."))
    to, of = form.cleaned_data["assignee"], form.cleaned_data["of"]
    try:
        if "of" in given:
            conversations.take_back(conversation, of=of, to=to, by=request.user)
        else:
            conversations.assign(conversation, to=to, by=request.user)
    except AssignedMeanwhile as meanwhile:
        return toast(_redrawn(request, pk), _not_taken_back(meanwhile.to), level="warning")
    text = _("Assigned to %(name)s") % {"name": to.name} if to else _("Back in the queue")
    url = f"{reverse('assignment', args=[pk])}?assignee={before}&of={to.pk if to else ''}"
    return toast(_redrawn(request, pk), text, undo=("POST", url))


def _not_taken_back(now: User | None) -> str:
    if now is None:
        return _("Nothing was undone: nobody has it any more.")
    return _("Nothing was undone: %(name)s has it meanwhile.") % {"name": now.name}


@require_http_methods(["POST", "DELETE"])
@agents_only
def resolution(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST resolves (`?next=1`: and opens the row below it), DELETE reopens. `body`: what is written but not sent."""
    conversation = visible(request, pk)
    url = reverse("resolution", args=[pk])
    if request.method == "DELETE":
        conversations.reopen(conversation, by=request.user)
        return toast(_redrawn(request, pk), _("Reopened"), undo=("POST", url))
    following = _following(request, conversation) if "next" in request.GET else None
    conversations.resolve(conversation, by=request.user)
    response = _redrawn(request, pk, following)
    said = pgettext("one conversation", "Resolved")
    if request.POST.get("body", "").strip():
        said = _("Resolved. What you had written was not sent; it waits in the composer of that conversation.")
    return toast(response, said, undo=("DELETE", url))


def _following(request: SignedInRequest, conversation: Conversation) -> Conversation | None:
    return listing.following(request.user, asked_tab(request.POST) or Tab.ALL, conversation)


def _redrawn(request: SignedInRequest, pk: int, following: Conversation | None = None) -> HttpResponse:
    """Row and head as they are now; with `following`, that conversation opened as well."""
    rows = listing.with_people(Conversation.objects.visible_to(request.user))
    conversation = rows.filter(pk=pk).first()
    if conversation is None:  # handed to somebody outside the own reach
        return HttpResponse(fragments.no_row(pk))
    parts = [fragments.row(request.user, conversation)]
    if following is None:
        return answers.pieces(request, [*parts, fragments.head(request.user, conversation)], conversation)
    conversations.mark_read(following, by=request.user)
    response = opened(request, visible(request, following.pk))
    response.write("".join(parts))
    tab = asked_tab(request.POST)
    response["HX-Push-Url"] = reverse("conversation", args=[following.pk]) + (f"?tab={tab}" if tab else "")
    return response


@require_POST
@agents_only
def reading(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read up to the newest message."""
    conversation = visible(request, pk)
    conversations.mark_read(conversation, by=request.user)
    return answers.pieces(request, [fragments.row(request.user, conversation)], conversation)

"""What a colleague's browser says of its own accord: that it is still there, and what is half written."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from kernel.policies import SignedInRequest, agents_only
from omnichannel.actions import desk
from omnichannel.forms.conversations import DraftForm
from omnichannel.models import Presence
from omnichannel.views.inbox import visible


@require_POST
@agents_only
def presence(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answers with who else is there."""
    conversation = visible(request, pk)
    desk.be_at(conversation, by=request.user, writing=request.POST.get("writing") == "1")
    others = Presence.objects.others_at(conversation, request.user)
    return render(request, "omnichannel/composer.html#others", {"others": others})


@require_POST
@agents_only
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    conversation = visible(request, pk)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    desk.keep_draft(conversation, by=request.user, **form.cleaned_data)
    return HttpResponse(status=204)

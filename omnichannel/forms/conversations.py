"""What people write and choose in the inbox."""

import re
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from crm.models import Contact, User
from omnichannel import thread
from omnichannel.forms.files import FilesField, files_help
from omnichannel.models import Channel, Conversation, Draft, Inbox
from omnichannel.routes import MOST_COPIES

LONGEST = 100_000  # characters of one message


class AddressesField(forms.Field):
    """E-mail addresses, from several inputs of one name, each with one or with several between commas."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        given = [address.strip() for entry in value or [] for address in re.split(r"[,;\s]+", entry)]
        addresses = list(dict.fromkeys(filter(None, given)))
        for address in addresses:
            self._check(address)
        if len(addresses) > MOST_COPIES:
            raise forms.ValidationError(_("An answer can have up to %(n)d copies.") % {"n": MOST_COPIES})
        return addresses

    def _check(self, address: str) -> None:
        try:
            validate_email(address)
        except forms.ValidationError:
            raise forms.ValidationError(_("«%(address)s» is no e-mail address.") % {"address": address}) from None


class MessageForm(forms.Form):
    """A reply, or with `private` a note: words, files or both. `last_message_id`: the newest message its writer saw.

    With `copies`, copies go to the addresses in `cc` and nowhere else; without, to whom the customer copied.
    """

    body = forms.CharField(max_length=LONGEST, strip=True, required=False)
    attachments = FilesField()
    private = forms.BooleanField(required=False)
    client_id = forms.CharField(max_length=64, required=False)
    last_message_id = forms.IntegerField(required=False, min_value=0)
    channel = forms.ModelChoiceField(Channel.objects.none(), required=False)
    copies = forms.BooleanField(required=False)
    cc = AddressesField(required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Channel.objects.filter(active=True, inbox__in=Inbox.objects.visible_to(by))
        self.fields["channel"].queryset = own  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors and not given["body"] and not given["attachments"]:
            self.add_error("body", _("Write something first."))
        return given

    @property
    def complaint(self) -> str:
        """The first thing that is wrong, for somebody who sees only one sentence."""
        return next((str(messages[0]) for messages in self.errors.values()), "")


class DraftForm(forms.Form):
    """What is half written, as it stands; an empty text means that nothing is."""

    body = forms.CharField(max_length=LONGEST, strip=False, required=False)
    mode = forms.ChoiceField(choices=Draft.Mode.choices)
    client_id = forms.CharField(max_length=64, required=False)


class AssignmentForm(forms.Form):
    """Who works on it; empty gives it back to the queue. With `of` it is an undo: only as long as they have it yet."""

    assignee = forms.ModelChoiceField(User.objects.none(), required=False)
    of = forms.ModelChoiceField(User.objects.all(), required=False)

    def __init__(self, *args: Any, conversation: Conversation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [person.pk for person in thread.assignable(conversation)]
        self.fields["assignee"].queryset = User.objects.filter(pk__in=people)  # type: ignore[attr-defined]


class NewConversationForm(forms.Form):
    channel = forms.ModelChoiceField(Channel.objects.none(), label=_("From"), empty_label=None)
    subject = forms.CharField(max_length=500, label=_("Subject"))
    body = forms.CharField(max_length=LONGEST, label=_("Message"), widget=forms.Textarea({"rows": 10}))
    attachments = FilesField(label=_("Files"), help_text=files_help)
    client_id = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, contact: Contact, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = [channel.pk for channel in thread.channels_to(contact, by=by)]
        self.fields["channel"].queryset = Channel.objects.filter(pk__in=usable)  # type: ignore[attr-defined]
        self.fields["channel" if len(usable) > 1 else "subject"].widget.attrs["autofocus"] = True

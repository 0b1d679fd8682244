"""The settings of a channel account, as the channel's own plug-in names them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from omnichannel.models import Channel

PREFIX = "setting_"  # keeps a plug-in's field names apart from the model's


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    """Model fields, and the plug-in's: open ones go to `settings`, secret ones are write-only and sealed.

    A new account is saved first without its settings: which ones there are depends on its kind.
    """

    class Meta:
        model = Channel
        fields = ("kind", "name", "address", "inbox", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["kind"].disabled = True
            for name, field in plugin_fields(self.instance).items():
                self.fields[PREFIX + name] = self._prepared(name, field)

    def _prepared(self, name: str, field: forms.Field) -> forms.Field:
        if name in self.instance.plugin.secrets():
            field.widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
            field.required = field.required and not self.instance.sealed.get(name)
            if self.instance.sealed.get(name):
                field.help_text = _("Set. Leave empty to keep it.")
        else:  # a default is offered to an account without settings; later, what is empty was left empty
            own = self.instance.settings
            field.initial = own.get(name) if own else field.initial
        return field

    def save(self, commit: bool = True) -> Channel:
        channel: Channel = super().save(commit=False)
        if channel.pk:
            keep(channel, self.cleaned_data)
        if commit:
            channel.save()
        return channel


def plugin_fields(channel: Channel) -> dict[str, forms.Field]:
    return channel.plugin.fields() if channel.kind else {}


def keep(channel: Channel, given: Mapping[str, Any]) -> None:
    """Put what was given into the account; an empty secret keeps the one that is there. The caller saves.

    What was left open is not stored, so that a plug-in's own default counts.
    """
    plugin = channel.plugin
    secrets = plugin.secrets()
    own = {name: given.get(PREFIX + name) for name in plugin.fields() if name not in secrets}
    for name in secrets:
        if value := given.get(PREFIX + name):
            channel.keep_secret(name, str(value))
    together = channel.settings | own
    channel.settings = plugin.completed({name: value for name, value in together.items() if value is not None})

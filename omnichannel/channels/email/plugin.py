"""E-mail as a channel."""

from django.utils.translation import gettext_lazy as _

from omnichannel.channels.base import ChannelKind, channels


@channels.register
class EmailChannel(ChannelKind):
    slug = "email"
    label = _("E-mail")
    icon = "mail"
    identity_kind = "email"
    has_subject = True

"""An example channel: JSON in, JSON out. Copy the folder; docs/recipes/add-a-channel.md says how."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Claim
from kernel import http
from omnichannel.channels.base import ChannelError, ChannelKind, InboundMessage, SendResult, channels
from omnichannel.models import Delivery, RawInbound


@channels.register
class ExampleChannel(ChannelKind):
    slug = "example"
    label = _("Example")
    icon = "message-circle"
    identity_kind = "email"

    def fields(self) -> dict[str, forms.Field]:
        return {"url": forms.URLField(label=_("Address of the provider"), assume_scheme="https")}

    def check_settings(self) -> list[str]:
        return [] if self.account.settings.get("url") else [str(_("Fill in the address of the provider."))]

    def parse(self, raw: RawInbound) -> list[InboundMessage]:
        try:
            said: dict[str, Any] = json.loads(bytes(raw.body))
            return [
                InboundMessage(
                    external_id=str(said["id"]),
                    claims=[Claim("email", said["from"])],
                    sender=said["from"],
                    text=said["text"],
                )
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise ChannelError(f"This is not what the provider documents: {error!r}", permanent=True) from error

    def send(self, delivery: Delivery) -> SendResult:
        message = {"to": delivery.address, "text": delivery.message.text}
        try:
            response = http.request("POST", self.account.settings["url"], json=message)
        except http.EgressError as error:
            raise ChannelError(str(error), permanent=not error.retriable) from error
        if not response.ok:
            raise ChannelError(f"The provider answered {response.status}.", permanent=response.status < 500)
        return SendResult(provider_id=str(response.json().get("id", "")))

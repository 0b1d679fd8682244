"""Connecting an account with a provider."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.models import User
from omnichannel.models import Channel, Inbox


class NotReady(ValueError):
    """Settings are missing or wrong; `complaints` are the plug-in's own sentences."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__(" ".join(complaints))
        self.complaints = complaints


@transaction.atomic
def connect(
    *,
    kind: str,
    name: str,
    address: str,
    inbox: Inbox,
    by: User | None,
    settings: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Channel:
    """A new account of a registered kind. Raises NotReady with what its kind says is missing or strange."""
    if Channel.objects.filter(kind=kind, address__iexact=address).exists():
        raise NotReady([f"There is a channel of kind {kind} with the address {address} already."])
    channel = Channel.objects.create(kind=kind, name=name, address=address, inbox=inbox, settings=dict(settings or {}))
    strange = sorted(set(secrets or {}) - set(channel.plugin.secrets()))
    if strange:
        raise NotReady([f"A channel of kind {kind} has no secret called {', '.join(strange)}."])
    for secret, value in (secrets or {}).items():
        channel.keep_secret(secret, value)
    channel.settings = channel.plugin.completed(_cleaned(channel))
    channel.save(update_fields=["settings", "sealed"])
    complaints = channel.plugin.check_settings()
    if complaints:
        raise NotReady(complaints)
    return channel


def _cleaned(channel: Channel) -> dict[str, Any]:
    """As the form in the settings would have it. Raises NotReady."""
    plugin, cleaned, complaints = channel.plugin, {}, []
    fields = {name: field for name, field in plugin.fields().items() if name not in plugin.secrets()}
    for name, value in channel.settings.items():
        try:
            cleaned[name] = fields[name].clean(value)
        except KeyError:
            complaints.append(f"A channel of kind {channel.kind} has no setting called {name}.")
        except ValidationError as error:
            complaints.append(f"{name}: {' '.join(error.messages)}")
    if complaints:
        raise NotReady(complaints)
    return cleaned

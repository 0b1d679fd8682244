"""What happens to inboxes: they are handed to another team."""

from django.db import transaction

from crm.models import Team
from kernel import realtime
from omnichannel.models import Inbox


@transaction.atomic
def hand_to(inbox: Inbox, team: Team | None) -> None:
    """Another team works on it, with None every agent. Nothing happened to any customer, so no fact: the screens of
    those who see it no more, and of those who see it now, are fetched again."""
    Inbox.objects.filter(pk=inbox.pk).update(team=team)
    transaction.on_commit(realtime.start_over)

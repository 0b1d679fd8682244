"""The one reaction of journeys: whole batches of events, worked set by set."""

from crm.ledger import consumer
from crm.models import Event
from journeys.engine import intake
from kernel.failpoints import failpoint


@consumer(listens=intake.listened)
def react(events: list[Event]) -> None:
    """Triggers let people in, waits let them go on. Safe to run twice: a person enters once for an event, and a wait
    that has ended is gone."""
    intake.take_in(events)
    failpoint("journeys_batch_before_commit")

"""Config: {"amount": 3, "unit": "days"}; with "event": "…" and "where": [comparison, …] it waits for that as well."""

from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.ledger.fact import called
from journeys.conditions import comparing
from journeys.nodes.base import Answer, Config, Node, Wait, nodes
from journeys.people import Visit

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
LONGEST = timedelta(days=3650)


@nodes.register
class WaitNode(Node):
    slug = "wait"
    label = gettext_lazy("Wait")
    icon = "clock"
    knot = "visit"
    pauses = True
    example = {"amount": 7, "unit": "days", "event": "conversation.resolved", "where": []}

    def branches(self, config: Config) -> dict[str, str | Promise]:
        if config.get("event"):
            return {"event": gettext_lazy("it happened"), "timeout": gettext_lazy("time is up")}
        return {"next": ""}

    def problems(self, config: Config) -> list[str]:
        found = self._time_problems(config)
        if "event" in config and not (isinstance(config["event"], str) and config["event"].strip()):
            found.append(_("“event” must name the event to wait for; leave it out to wait for the time alone."))
        return found + comparing.filter_problems(config.get("where", []))

    def _time_problems(self, config: Config) -> list[str]:
        amount, unit = config.get("amount"), config.get("unit")
        if not isinstance(unit, str) or unit not in SECONDS:
            return [_("“unit” must be one of %(known)s.") % {"known": ", ".join(SECONDS)}]
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not amount * SECONDS[unit] > 0:
            return [_("“amount” must be a number greater than zero.")]
        if amount * SECONDS[unit] > LONGEST.total_seconds():
            return [_("Nobody waits for more than ten years.")]
        return []

    def listens(self, config: Config) -> list[str]:
        return [config["event"]] if config.get("event") else []

    def summary(self, config: Config) -> str:
        time = duration(config["amount"], config["unit"])
        if not config.get("event"):
            return time
        event = config["event"]
        wanted = " · ".join(
            part for part in (called(event), comparing.filter_told(event, config.get("where", []))) if part
        )
        return _("for %(event)s, at most %(time)s") % {"event": wanted, "time": time}

    def visit(self, config: Config, visit: Visit) -> Answer:
        timeout = timedelta(seconds=config["amount"] * SECONDS[config["unit"]])
        if not config.get("event"):
            return Wait(timeout)
        return Wait(timeout, on_timeout="timeout", event=config["event"], where=config.get("where", []))


def duration(amount: float, unit: str) -> str:
    """ "7 days"."""
    number = int(amount) if amount == int(amount) else amount
    plural = int(amount) if amount == int(amount) else 2
    words = {
        "seconds": ngettext("%(n)s second", "%(n)s seconds", plural),
        "minutes": ngettext("%(n)s minute", "%(n)s minutes", plural),
        "hours": ngettext("%(n)s hour", "%(n)s hours", plural),
        "days": ngettext("%(n)s day", "%(n)s days", plural),
        "weeks": ngettext("%(n)s week", "%(n)s weeks", plural),
    }
    return words[unit] % {"n": number}

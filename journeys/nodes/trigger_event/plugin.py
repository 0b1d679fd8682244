"""Config: {"event": "Order Completed", "where": [comparison, …], "entry": "once" | "again" | "each"}.

`once`: a person takes this journey once in a lifetime. `again`: anew after having left it, never twice at a time.
`each`: every event starts a run of its own, several at a time.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.ledger.fact import called
from journeys.conditions import comparing
from journeys.nodes.base import Answer, Config, Next, Node, nodes
from journeys.people import Happening, Visit

ENTRY = ("once", "again", "each")
LABELS = {
    "once": gettext_lazy("once in a lifetime"),
    "again": gettext_lazy("again after leaving"),
    "each": gettext_lazy("for each event"),
}


@nodes.register
class TriggerEvent(Node):
    slug = "trigger_event"
    label = gettext_lazy("When something happens")
    icon = "zap"
    knot = "event"
    is_entry = True
    example = {
        "event": "Order Completed",
        "where": [{"property": "total", "op": "at_least", "value": 50}],
        "entry": "once",
    }

    def problems(self, config: Config) -> list[str]:
        found = []
        if not isinstance(config.get("event"), str) or not config["event"].strip():
            found.append(_("“event” must name the event that people enter by."))
        if config.get("entry", "once") not in ENTRY:
            found.append(_("“entry” must be one of %(known)s.") % {"known": ", ".join(ENTRY)})
        return found + comparing.filter_problems(config.get("where", []))

    def listens(self, config: Config) -> list[str]:
        return [config["event"]]

    def summary(self, config: Config) -> str:
        event, where = config["event"], config.get("where", [])
        parts = [called(event), comparing.filter_told(event, where), str(LABELS[self.entry(config)])]
        return " · ".join(part for part in parts if part)

    def entry(self, config: Config) -> str:
        return str(config.get("entry", "once"))

    def matches(self, config: Config, happening: Happening) -> bool:
        named: Any = config["event"]
        return happening.name == named and comparing.satisfied(config.get("where", []), happening.properties)

    def visit(self, config: Config, visit: Visit) -> Answer:
        return Next(detail=visit.entry.name)

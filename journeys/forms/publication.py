"""What becomes of the people under way, asked of whoever publishes a version."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from journeys.graph import Graph
from journeys.models import Handover
from journeys.reporting import Stop

FIELD = "target-"


class PublicationForm(forms.Form):
    """One choice for everybody, and one more for each node that the new version does not have."""

    way = forms.ChoiceField(
        label=_("People under way"),
        choices=Handover.Way.choices,
        initial=Handover.Way.FINISH,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any, *, stops: list[Stop], graph: Graph | None) -> None:
        super().__init__(data)
        places = [(p.id, format_lazy(_("go on at “{node}”"), node=p.label)) for p in _reachable(graph)]
        choices = [
            (Handover.FINISHES, _("finish on their version")),
            (Handover.LEAVES, _("leave the journey")),
            *places,
        ]
        self.gone = [stop for stop in stops if not stop.is_kept]
        for stop in self.gone:
            self.fields[FIELD + stop.node] = forms.ChoiceField(
                label=stop.label, choices=choices, initial=Handover.FINISHES, required=False
            )

    @property
    def chosen_way(self) -> str:
        return self.cleaned_data["way"] or Handover.Way.FINISH

    @property
    def targets(self) -> dict[str, str]:
        """What was not sent along at all finishes; an empty choice is the one to leave."""
        sent = {stop.node: FIELD + stop.node for stop in self.gone}
        return {
            node: self.cleaned_data[name] if name in self.data else Handover.FINISHES for node, name in sent.items()
        }

    @property
    def lost(self) -> list[tuple[Stop, forms.BoundField]]:
        return [(stop, self[FIELD + stop.node]) for stop in self.gone]


def _reachable(graph: Graph | None) -> list[Any]:
    return [placed for placed in graph.nodes.values() if not placed.kind.is_entry] if graph else []

"""Config: {"reason": "…"}, optional: told on the customer's thread."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journeys.nodes.base import Answer, Config, End, Node, nodes
from journeys.people import Visit


@nodes.register
class EndNode(Node):
    slug = "end"
    label = gettext_lazy("End")
    icon = "flag"
    knot = "task"
    is_end = True
    example = {"reason": "welcomed"}

    def branches(self, config: Config) -> dict[str, str | Promise]:
        return {}

    def problems(self, config: Config) -> list[str]:
        reason = config.get("reason", "")
        return (
            []
            if isinstance(reason, str) and len(reason) <= 200
            else [_("“reason” must be a text of up to 200 characters.")]
        )

    def summary(self, config: Config) -> str:
        return str(config.get("reason", ""))

    def visit(self, config: Config, visit: Visit) -> Answer:
        return End(config.get("reason", ""))

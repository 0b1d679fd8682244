"""Config: {"letters": 4}. Parts people by the length of their first name.

Say here what the settings hold: it is what somebody who draws a journey reads first.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journeys.nodes.base import Answer, Config, Next, Node, nodes
from journeys.people import Visit


@nodes.register
class Example(Node):
    slug = "example"
    label = gettext_lazy("Example")
    icon = "split"
    example = {"letters": 4}

    def branches(self, config: Config) -> dict[str, str | Promise]:
        return {"short": gettext_lazy("short name"), "long": gettext_lazy("long name")}

    def problems(self, config: Config) -> list[str]:
        letters = config.get("letters")
        if isinstance(letters, bool) or not isinstance(letters, int) or letters < 1:
            return [_("“letters” must be a number greater than zero.")]
        return []

    def summary(self, config: Config) -> str:
        return _("up to %(letters)s letters or more") % {"letters": config["letters"]}

    def visit(self, config: Config, visit: Visit) -> Answer:
        return Next("short" if len(visit.person.first_name) <= config["letters"] else "long")

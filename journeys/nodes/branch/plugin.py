"""Config: {"match": "all" | "any", "conditions": [{"type": "feeling", …}, …]}. The answer: yes or no."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journeys.conditions.base import condition_of, problems_of
from journeys.nodes.base import Answer, Config, Next, Node, nodes
from journeys.people import Visit


@nodes.register
class Branch(Node):
    slug = "branch"
    label = gettext_lazy("Decide")
    icon = "split"
    knot = "case"
    example = {"match": "all", "conditions": [{"type": "feeling", "op": "is", "value": "upset"}]}

    def branches(self, config: Config) -> dict[str, str | Promise]:
        return {"yes": gettext_lazy("yes"), "no": gettext_lazy("no")}

    def problems(self, config: Config) -> list[str]:
        asked = config.get("conditions")
        if not isinstance(asked, list) or not asked:
            return [_("“conditions” must be a list with at least one condition.")]
        found = [] if config.get("match", "all") in ("all", "any") else [_("“match” must be all or any.")]
        return found + [problem for condition in asked for problem in problems_of(condition)]

    def conditions(self, config: Config) -> list[str]:
        return [condition["type"] for condition in config["conditions"]]

    def summary(self, config: Config) -> str:
        joint = _(" or ") if config.get("match") == "any" else _(" and ")
        return joint.join(condition_of(condition).summary(condition) for condition in config["conditions"])

    def visit(self, config: Config, visit: Visit) -> Answer:
        answers = (condition_of(condition).holds(condition, visit) for condition in config["conditions"])
        decided = any(answers) if config.get("match") == "any" else all(answers)
        return Next("yes" if decided else "no")

"""Config: {"survey": 3}, the number of a survey. Feedback decides whether this person may be asked again already."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.models import Survey
from journeys.nodes.base import Answer, Ask, Config, Node, nodes
from journeys.people import Visit


@nodes.register
class SendSurvey(Node):
    slug = "send_survey"
    label = gettext_lazy("Ask for an opinion")
    icon = "gauge"
    knot = "answer"
    example = {"survey": 1}

    def problems(self, config: Config) -> list[str]:
        survey = config.get("survey")
        if isinstance(survey, bool) or not isinstance(survey, int) or survey < 1:
            return [_("“survey” must be the number of a survey.")]
        return []

    def missing(self, config: Config) -> list[str]:
        if Survey.objects.filter(pk=config["survey"]).exists():
            return []
        return [_("There is no survey %(number)s.") % {"number": config["survey"]}]

    def surveys(self, config: Config) -> list[int]:
        return [config["survey"]]

    def summary(self, config: Config) -> str:
        name = Survey.objects.filter(pk=config["survey"]).values_list("name", flat=True).first()
        return name or _("survey %(number)s") % {"number": config["survey"]}

    def visit(self, config: Config, visit: Visit) -> Answer:
        return Ask(survey_id=config["survey"])

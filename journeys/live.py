"""A journey's page on everybody's screen: whoever enters, moves on or leaves makes it fetch its figures again.

A thousand people may move in a second. So the news itself carries no figures, only a pulse that each screen answers
once it has been quiet for a moment, through the page's own view and with the viewer's own permissions.
"""

from django.template.loader import render_to_string

from crm.models import User
from journeys import facts
from journeys.models import Journey
from kernel.realtime import News, Push, live, topic_guard


def _visible(user: User, number: object) -> bool:
    text = str(number)
    return text.isdecimal() and Journey.objects.visible_to(user).filter(pk=int(text[:18])).exists()


@topic_guard("journey")
def sees_journey(user: User, number: str) -> bool:
    return _visible(user, number)


@live(
    facts.JourneyEntered.name,
    facts.JourneyMoved.name,
    facts.JourneyCompleted.name,
    facts.JourneyExited.name,
    facts.JourneyFailed.name,
)
def pulse(user: User, news: News) -> Push:
    journey_id = news.properties.get("journey_id", 0)
    if not _visible(user, journey_id):
        return Push()
    return Push(render_to_string("journeys/pulse.html", {"journey_id": journey_id, "oob": True}))

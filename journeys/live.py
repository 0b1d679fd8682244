"""Journeys on everybody's screen: whoever enters, moves on or leaves makes the pages that show it fetch again.

A thousand people may move in a second. So the news itself carries no figures, only that they changed; each screen asks
for them once it has been quiet for a moment, through the page's own view and with the viewer's own permissions.
"""

from crm.models import User
from journeys.models import Journey
from kernel.policies import managers_only
from kernel.realtime import News, outdates, topic_guard


@topic_guard("journey")
def sees_journey(user: User, number: str) -> bool:
    return number.isdecimal() and Journey.objects.visible_to(user).filter(pk=int(number[:18])).exists()


@topic_guard("journeys")
def sees_journeys(user: User, which: str) -> bool:
    return which == "all" and managers_only.admits(user)


@outdates("journey")
@outdates("journeys")
def any_moved(user: User, news: list[News]) -> bool:
    return Journey.objects.visible_to(user).filter(pk__in={item.properties.get("journey_id") for item in news}).exists()

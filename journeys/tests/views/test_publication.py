"""Publishing from the page: what is asked, what is refused, and what a form without a choice means."""

import pytest
from django.test import Client

from journeys.actions import journeys
from journeys.forms.publication import PublicationForm
from journeys.graph import parse
from journeys.models import Handover, Journey, Version
from journeys.reporting import Stop
from journeys.tests import factories as make

OLD = make.graph(make.start(entry="each"), make.wait(), make.end())
NEW = make.graph(make.start(entry="each"), make.wait("pause"), {**make.end(), "title": "Goodbye"})
GONE = Stop("wait", "Wait", 2, is_kept=False)
KEPT = Stop("pause", "Pause", 1, is_kept=True)


def form(data: dict[str, str] | None, *stops: Stop) -> PublicationForm:
    return PublicationForm(data, stops=list(stops or (GONE, KEPT)), graph=parse(NEW))


def test_only_nodes_that_are_gone_need_a_place_to_go_to() -> None:
    lost = [stop for stop, _field in form(None).lost]

    assert lost == [GONE]


def test_people_may_go_wherever_people_can_be() -> None:
    field = form(None).fields["target-wait"]

    assert [(value, str(label)) for value, label in field.choices] == [  # type: ignore[attr-defined]
        ("=", "finish on their version"),
        ("", "leave the journey"),
        ("pause", "go on at “Wait”"),
        ("end", "go on at “Goodbye”"),
    ]


@pytest.mark.parametrize(
    ("data", "way", "targets"),
    [
        ({}, "finish", {"wait": "="}),
        ({"way": "move"}, "move", {"wait": "="}),
        ({"way": "move", "target-wait": ""}, "move", {"wait": ""}),
        ({"way": "move", "target-wait": "="}, "move", {"wait": "="}),
        ({"way": "move", "target-wait": "pause"}, "move", {"wait": "pause"}),
        ({"way": "leave", "target-pause": "end"}, "leave", {"wait": "="}),
    ],
)
def test_what_is_not_said_leaves_people_where_they_are(data: dict[str, str], way: str, targets: dict[str, str]) -> None:
    sent = form(data)

    assert sent.is_valid()
    assert (sent.chosen_way, sent.targets) == (way, targets)


@pytest.mark.parametrize("data", [{"way": "vanish"}, {"target-wait": "nowhere"}, {"target-wait": "start"}])
def test_what_nobody_offered_cannot_be_chosen(data: dict[str, str]) -> None:
    assert not form(data).is_valid()


def test_version_that_cannot_be_read_offers_no_places() -> None:
    field = PublicationForm(None, stops=[GONE], graph=None).fields["target-wait"]

    assert [value for value, _label in field.choices] == ["=", ""]  # type: ignore[attr-defined]


@pytest.fixture
def manager(db: None, client: Client) -> Client:
    client.force_login(make.user("manager", language="en"))
    return client


@pytest.fixture
def redrawn(db: None) -> Version:
    """A live journey with somebody on it, and its next version."""
    journey = make.live(OLD)
    make.happens(make.contact())
    return journeys.add_version(journey, graph=NEW, by=None)


def test_asking_publishes_nothing(manager: Client, redrawn: Version) -> None:
    page = manager.get(f"/journeys/{redrawn.journey_id}/publication/")

    assert page.context["people"] == 1
    assert (page.context["version"], Journey.objects.get().live_version) == (redrawn, Version.objects.get(number=1))


def test_version_that_is_not_there_is_not_found(manager: Client, redrawn: Version) -> None:
    numbers = ("0", "7", "9" * 30, "-1", "x", "1.0")
    found = {n: manager.get(f"/journeys/{redrawn.journey_id}/publication/?version={n}").status_code for n in numbers}

    assert found == dict.fromkeys(numbers, 404)


def test_choice_that_is_none_is_asked_again_and_nothing_goes_live(manager: Client, redrawn: Version) -> None:
    sent = {"way": "move", "target-wait": "nowhere"}
    page = manager.post(f"/journeys/{redrawn.journey_id}/publication/", sent)

    assert page.status_code == 200
    assert Handover.objects.count() == 0
    assert not Version.objects.get(pk=redrawn.pk).is_published


def test_who_publishes_and_decides_is_on_record(client: Client, redrawn: Version) -> None:
    boss = make.user("manager")
    client.force_login(boss)
    client.post(f"/journeys/{redrawn.journey_id}/publication/", {"way": "leave"})

    assert Version.objects.get(pk=redrawn.pk).published_by == boss
    assert (Handover.objects.get().by, Handover.objects.get().way) == (boss, "leave")


@pytest.mark.parametrize("role", ["agent", "sales"])
def test_publishing_is_for_managers(client: Client, redrawn: Version, role: str) -> None:
    client.force_login(make.user(role))

    assert client.post(f"/journeys/{redrawn.journey_id}/publication/").status_code == 403
    assert not Version.objects.get(pk=redrawn.pk).is_published

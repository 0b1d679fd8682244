from typing import Any

import pytest

from journeys.graph import EXAMPLE
from journeys.models import Handover
from journeys.tests import factories as make
from tests.api.conftest import Api
from tests.world import World


def reworded(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**body, **changes}


def test_journey_is_made_drawn_published_and_paused(api: Api) -> None:
    journey = api.post("journeys/", {"name": "Thank buyers"}).json()
    place = f"journeys/{journey['id']}"

    assert (journey["status"], journey["live_version"]) == ("draft", None)
    assert api.post(f"{place}/publication/").status_code == 409
    assert api.post(f"{place}/versions/", {"graph": EXAMPLE}).json()["number"] == 1
    published = api.post(f"{place}/publication/").json()
    assert (published["status"], published["live_version"]) == ("live", 1)
    assert api("DELETE", f"{place}/publication/").status_code == 204
    assert api.get(f"{place}/").json()["status"] == "paused"


def test_publication_tells_whom_it_touches_and_takes_what_becomes_of_them(api: Api) -> None:
    drawn = api.post("journeys/1/versions/", {"graph": EXAMPLE}).json()["number"]
    preview = api.get("journeys/1/publication/").json()
    assert preview["version"] == drawn
    assert [(stop["node"], stop["people"], stop["is_kept"]) for stop in preview["under_way"]] == [
        ("resolved", 1, False),
        ("welcome", 1, False),  # who failed there
    ]
    refused = api.post("journeys/1/publication/", {"under_way": "move", "targets": {"resolved": "nowhere"}})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["targets"])
    assert api.post("journeys/1/publication/", {"under_way": "vanish"}).status_code == 400
    chosen = {"under_way": "move", "targets": {"resolved": "thanks"}}
    assert api.post("journeys/1/publication/", chosen).json()["live_version"] == drawn
    assert Handover.objects.get().targets == {"resolved": "thanks"}


def test_graph_that_does_not_hold_is_400_with_every_reason(api: Api) -> None:
    graph = {"nodes": [{"id": "start", "type": "teleport"}], "edges": [{"from": "start", "to": "nowhere"}]}

    answer = api.post("journeys/1/versions/", {"graph": graph})

    assert answer.status_code == 400
    assert any("start" in sentence for sentence in answer.json()["errors"]["graph"])


def test_enrolments_say_where_somebody_stands(api: Api, company: World) -> None:
    (enrolment,) = api.get("journeys/1/enrolments/", state="active").json()["results"]

    assert enrolment.keys() >= {"id", "contact", "state", "node", "entered_at", "steps"}
    assert (enrolment["contact"], enrolment["state"], enrolment["node"]) == (1, "active", "resolved")
    assert [e["contact"] for e in api.get("journeys/1/enrolments/", state="failed").json()["results"]] == [2]


def test_report_counts_people(api: Api) -> None:
    report = api.get("journeys/1/report/").json()

    assert (report["entered"], report["active"]) == (2, 1)
    assert report["nodes"] == [
        {"node": "resolved", "standing": 1, "passed": 0, "left": 0},
        {"node": "welcome", "standing": 0, "passed": 0, "left": 1},
    ]


def test_enrolments_in_a_state_that_there_is_not_are_400(api: Api) -> None:
    assert api.get("journeys/1/enrolments/", state="lost").status_code == 400


def test_enrolment_tells_its_version_and_every_step(api: Api, company: World) -> None:
    made = api.post("journeys/", {"name": "Thank buyers"}).json()["id"]
    api.post(f"journeys/{made}/versions/", {"graph": EXAMPLE})
    api.post(f"journeys/{made}/publication/")
    make.happens(company.contact)

    (row,) = api.get(f"journeys/{made}/enrolments/").json()["results"]
    assert (row["version"], row["state"], row["left_at"] is not None) == (1, "completed", True)
    assert [(step["node"], step["visit"], step["outcome"]) for step in row["steps"]] == [
        ("start", 1, "next"),
        ("thanks", 2, "next"),
        ("end", 3, "end"),
    ]


def test_versions_are_listed_newest_first_with_drafts(api: Api) -> None:
    api.post("journeys/1/versions/", {"graph": EXAMPLE})
    listed = api.get("journeys/1/versions/").json()["results"]

    assert [(row["number"], row["published_at"] is None) for row in listed] == [(2, True), (1, False)]


@pytest.mark.parametrize("graph", ["x", [], None, {}])
def test_what_is_no_graph_is_400_and_no_version(api: Api, graph: object) -> None:
    assert api.post("journeys/1/versions/", {"graph": graph}).status_code == 400
    assert len(api.get("journeys/1/versions/").json()["results"]) == 1


def test_publishing_what_asks_a_survey_that_is_not_there_is_409_with_the_reason(api: Api) -> None:
    ask = {"id": "thanks", "type": "send_survey", "config": {"survey": 4711}}
    drawn: Any = EXAMPLE
    start, _thanks, end = drawn["nodes"]
    api.post("journeys/1/versions/", {"graph": reworded(drawn, nodes=[start, ask, end])})
    answer = api.post("journeys/1/publication/")

    assert (answer.status_code, answer.json()["errors"]) == (409, {"graph": ["thanks: There is no survey 4711."]})
    assert api.get("journeys/1/").json()["live_version"] == 1


def test_pausing_twice_is_pausing(api: Api) -> None:
    assert [api("DELETE", "journeys/1/publication/").status_code for _ in range(2)] == [204, 204]
    assert api.get("journeys/1/").json()["status"] == "paused"


def test_short_name_and_status_are_not_for_the_caller_to_choose(api: Api) -> None:
    made = api.post("journeys/", {"name": "Thank buyers", "slug": "mine", "status": "live"}).json()

    assert (made["slug"], made["status"]) == ("thank-buyers", "draft")

from typing import Any

from journeys.api.serializers import GRAPH
from journeys.models import Handover
from tests.api.conftest import Api
from tests.world import World


def reworded(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**body, **changes}


def test_journey_is_made_drawn_published_and_paused(api: Api) -> None:
    journey = api.post("journeys/", {"name": "Thank buyers"}).json()
    place = f"journeys/{journey['id']}"

    assert (journey["status"], journey["live_version"]) == ("draft", None)
    assert api.post(f"{place}/publication/").status_code == 409
    assert api.post(f"{place}/versions/", {"graph": GRAPH}).json()["number"] == 1
    published = api.post(f"{place}/publication/").json()
    assert (published["status"], published["live_version"]) == ("live", 1)
    assert api("DELETE", f"{place}/publication/").status_code == 204
    assert api.get(f"{place}/").json()["status"] == "paused"


def test_publication_tells_whom_it_touches_and_takes_what_becomes_of_them(api: Api) -> None:
    drawn = api.post("journeys/1/versions/", {"graph": GRAPH}).json()["number"]
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

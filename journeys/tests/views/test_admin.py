"""The settings: versions as JSON and outline, publishing, a second try."""

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.actions import contacts, merges
from journeys.actions import journeys
from journeys.graph import EXAMPLE
from journeys.models import Enrolment, Journey, Version
from journeys.nodes.base import nodes
from journeys.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make.user("admin", language="en", is_superuser=True))
    return client


@pytest.mark.parametrize("page", ["journey", "version", "enrolment"])
def test_lists_open(admin: Client, page: str) -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact())

    assert admin.get(f"/admin/journeys/{page}/").status_code == 200


def test_lists_count_in_a_fixed_number_of_queries(admin: Client) -> None:
    admin.get("/admin/journeys/journey/")
    counts = []
    for number in (1, 2):
        for _ in range(number):
            make.live(make.graph(make.start(), make.wait(), make.end()))
        make.happens(make.contact())
        with CaptureQueriesContext(connection) as queries:
            page = admin.get("/admin/journeys/journey/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert sorted(journey.people.active for journey in page.context["cl"].result_list) == [1, 1, 2]


@pytest.mark.parametrize("words", ["ana@x.example", " ANA@X.example", "600 123 456", "old@x.example"])
def test_enrolments_are_found_by_a_whole_address_or_number(admin: Client, words: str) -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    ana = contacts.create(by=None, emails=["ana@x.example"], phones=["600123456"])
    old = contacts.create(by=None, emails=["old@x.example"])
    merges.merge(old, into=ana, rule="by hand", evidence={}, by=None)
    for somebody in (ana, make.contact()):
        make.happens(somebody)

    with CaptureQueriesContext(connection) as queries:
        page = admin.get("/admin/journeys/enrolment/", {"q": words})

    assert [enrolment.contact for enrolment in page.context["cl"].result_list] == [ana]
    assert not [query for query in queries.captured_queries if "UPPER(" in query["sql"]]


@pytest.mark.parametrize("page", ["journeys/journey", "journeys/version", "feedback/survey", "feedback/programme"])
def test_pages_that_add_show_no_machinery(admin: Client, page: str) -> None:
    shown = admin.get(f"/admin/{page}/add/")
    assert shown.status_code == 200
    assert "DatabaseDefault" not in shown.content.decode()


def test_new_version_begins_with_an_example_that_works(admin: Client) -> None:
    journey = journeys.create(name="Thank buyers", by=None)
    page = admin.get("/admin/journeys/version/add/")
    form = page.context["adminform"].form
    written = form["graph"].value()

    assert form["graph"].label == "Graph"
    assert "several ways out" in page.content.decode()
    assert re.findall(r"<summary><code>(\w+)</code>", page.content.decode()) == [slug for slug, _kind in nodes]
    answer = admin.post("/admin/journeys/version/add/", {"journey": journey.pk, "graph": written})
    assert answer.status_code == 302, answer.content
    assert journeys.publish(Version.objects.get(), by=None).is_live


@pytest.mark.parametrize("named", ["abc", "9" * 30, "0"])
def test_journey_that_is_none_begins_with_the_example_too(admin: Client, named: str) -> None:
    page = admin.get("/admin/journeys/version/add/", {"journey": named})

    assert page.context["adminform"].form["graph"].value() == json.dumps(EXAMPLE, indent=2)


def test_new_version_of_a_journey_begins_with_what_runs_now(admin: Client) -> None:
    graph = make.graph(make.start(), make.wait(), make.end())
    journey = make.live(graph)
    journeys.add_version(journey, graph=make.graph(make.start(), make.end()), by=None)
    shown = admin.get(f"/admin/journeys/journey/{journey.pk}/change/").content.decode()
    (link,) = re.findall(r'<a href="([^"]+)">Write a new version</a>', shown)

    form = admin.get(link).context["adminform"].form

    assert json.loads(form["graph"].value()) == graph
    assert form["journey"].value() == journey.pk


def test_version_is_drawn_as_json_and_told_as_an_outline(admin: Client) -> None:
    journey = make.live()
    graph = json.dumps(make.graph(make.start(), make.wait(), make.end()))
    admin.post("/admin/journeys/version/add/", {"journey": journey.pk, "graph": graph})
    version = Version.objects.get(number=2)

    page = admin.get(f"/admin/journeys/version/{version.pk}/change/").content.decode()
    assert "When something happens" in page


def test_broken_graph_is_refused_with_its_sentences(admin: Client) -> None:
    journey = make.live()
    graph = json.dumps(make.graph(make.start(), make.wait(amount=0), make.end()))
    page = admin.post("/admin/journeys/version/add/", {"journey": journey.pk, "graph": graph}).content.decode()

    assert "“amount” must be a number greater than zero." in page
    assert Version.objects.count() == 1


def test_publishing_is_an_action(admin: Client) -> None:
    version = make.draft()
    admin.post("/admin/journeys/version/", {"action": "publish", "_selected_action": [version.pk]})

    assert Journey.objects.get().live_version == version
    assert admin.get(f"/admin/journeys/version/{version.pk}/delete/").status_code == 403


def test_publishing_asks_first_where_people_are_under_way(admin: Client) -> None:
    journey = make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact())
    version = journeys.add_version(journey, graph=make.graph(make.start(), make.end()), by=None)
    answer = admin.post("/admin/journeys/version/", {"action": "publish", "_selected_action": [version.pk]})

    assert answer.headers["Location"] == f"/journeys/{journey.pk}/publication/?version=2"
    assert Journey.objects.get().live_version != version
    assert admin.get(answer.headers["Location"]).status_code == 200


def test_pausing_and_going_on_are_actions(admin: Client) -> None:
    journey = make.live()
    for action, status in (("pause", "paused"), ("resume", "live")):
        admin.post("/admin/journeys/journey/", {"action": action, "_selected_action": [journey.pk]})
        assert Journey.objects.get().status == status


def test_enrolment_shows_its_log_and_can_be_taken_out(admin: Client) -> None:
    make.live(make.graph(make.start(), make.wait(), make.end()))
    make.happens(make.contact())
    pk = Enrolment.objects.get().pk
    assert "waits" in admin.get(f"/admin/journeys/enrolment/{pk}/change/").content.decode()

    admin.post("/admin/journeys/enrolment/", {"action": "try_again", "_selected_action": [pk]})
    admin.post("/admin/journeys/enrolment/", {"action": "take_out", "_selected_action": [pk]})
    assert Enrolment.objects.get().state == "exited"

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from crm.models import Consent, Contact, Event, Identity, Task
from crm.tests import factories
from feedback.models import Response
from kernel.lists import encode
from tests import world
from tests.api.conftest import Api
from tests.world import World

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIELDS = {
    "id", "first_name", "last_name", "emails", "phones", "company", "owner", "language", "timezone", "traits",
    "custom", "tags", "scores", "created_at",
}  # fmt: skip


def test_contact_has_the_promised_fields(api: Api, company: World) -> None:
    contact = api.get("contacts/1/").json()

    assert contact.keys() >= FIELDS
    assert contact["emails"] == ["maria@casa.example"]
    assert contact["scores"] == {"nps": 9}


def test_contact_list_shows_scores_too(api: Api) -> None:
    found = {contact["id"]: contact["scores"] for contact in api.get("contacts/").json()["results"]}

    assert found == {1: {"nps": 9}, 2: {}, 3: {}, 4: {"nps": 8}}


def test_contacts_come_in_pages(api: Api) -> None:
    for _ in range(3):
        factories.contact()
    seen, url = [], "contacts/?limit=2"
    while url:
        page = api.get(url).json()
        assert page.keys() == {"next", "previous", "results"}
        seen += [contact["id"] for contact in page["results"]]
        url = (page["next"] or "").replace("http://testserver/api/v1/", "")

    assert sorted(seen) == sorted(Contact.objects.values_list("pk", flat=True))
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("words", ["maría", "Ruiz", "maria@casa.example"])
def test_contacts_are_searched(api: Api, words: str) -> None:
    assert [contact["id"] for contact in api.get("contacts/", search=words).json()["results"]] == [1]


def test_tags_are_exactly_those_that_were_said(api: Api) -> None:
    made = api.post("contacts/", {"first_name": "Ana", "tags": ["vip", "shop"]}).json()
    url = f"contacts/{made['id']}/"
    same = api("PATCH", url, {"last_name": "Sanz"}).json()["tags"]
    other = api("PATCH", url, {"tags": ["VIP", "late"]}).json()["tags"]
    refused = api("PATCH", url, {"tags": ["  "]})

    assert (made["tags"], same, other) == (["shop", "vip"], ["shop", "vip"], ["late", "vip"])
    assert (refused.status_code, api.get(url).json()["tags"]) == (400, ["late", "vip"])
    assert api("PATCH", url, {"tags": []}).json()["tags"] == []


def test_contact_is_created_with_addresses_and_changed(api: Api) -> None:
    made = api.post("contacts/", {"first_name": "Ana", "emails": ["Ana@Casa.example"], "traits": {"plan": "gold"}})
    changed = api("PATCH", f"contacts/{made.json()['id']}/", {"last_name": "Sanz", "company": 1})

    assert (made.status_code, made.json()["emails"]) == (201, ["ana@casa.example"])
    assert (changed.status_code, changed.json()["last_name"], changed.json()["company"]) == (200, "Sanz", 1)
    assert changed.json()["first_name"] == "Ana"


def test_address_of_somebody_else_is_409_and_says_whose(api: Api) -> None:
    answer = api.post("contacts/", {"emails": ["maria@casa.example"]})

    assert (answer.status_code, answer.json()["errors"]) == (409, {"contact": 1})


def test_address_of_somebody_merged_is_409_and_says_into_whom(api: Api) -> None:
    assert api.post("contacts/2/identities/", {"kind": "email", "value": "second@casa.example"}).status_code == 201
    assert api.post("contacts/2/merge/", {"into": 1}).status_code == 200

    answer = api.post("contacts/", {"first_name": "Ana", "emails": ["second@casa.example"]})

    assert (answer.status_code, answer.json()["errors"]) == (409, {"contact": 1})


def test_address_of_somebody_hidden_is_409_without_saying_whose(company: World) -> None:
    client = Client()
    client.force_login(company.users["sales"])

    answer = client.post("/api/v1/contacts/", {"emails": ["eva@casa.example"]}, content_type="application/json")

    assert (answer.status_code, "errors" in answer.json()) == (409, False)


@pytest.mark.parametrize("bad", [{"emails": ["nobody"]}, {"phones": ["12"]}, {"owner": 999}, {"traits": []}])
def test_contact_with_bad_values_is_400_and_nothing_is_written(api: Api, bad: dict[str, Any]) -> None:
    before = Contact.objects.count()

    assert api.post("contacts/", {"first_name": "X", **bad}).status_code == 400
    assert Contact.objects.count() == before


def test_timeline_tells_the_thread_of_a_life(api: Api) -> None:
    events = api.get("contacts/1/timeline/").json()["results"]

    assert events[0].keys() >= {"id", "name", "occurred_at", "channel", "summary", "properties", "cause"}
    assert {"message.received", "contact.created", "survey.answered"} <= {event["name"] for event in events}
    assert [event["occurred_at"] for event in events] == sorted((e["occurred_at"] for e in events), reverse=True)


def test_timeline_comes_in_pages_without_gaps(api: Api, company: World) -> None:
    for number in range(120):
        api.post("notes/", {"contact": 1, "body": f"note {number}"})
    seen, url = [], "contacts/1/timeline/"
    while url:
        page = api.get(url).json()
        seen += [event["id"] for event in page["results"]]
        url = (page["next"] or "").replace("http://testserver/api/v1/", "")

    assert len(seen) == len(set(seen)) == company.contact.events.count()


@pytest.mark.parametrize(
    "forged", ["x", encode([1, 2]), encode([NOON, "x"]), encode([NOON, 1.5]), encode([NOON, 2**70])]
)
def test_a_forged_cursor_of_a_timeline_leads_nowhere(api: Api, forged: str) -> None:
    """A program that follows `next` would read the first page for ever."""
    answer = api.get("contacts/1/timeline/", cursor=forged)

    assert (answer.status_code, answer.json()["detail"]) == (404, "Invalid cursor")
    assert api.get("contacts/1/timeline/", cursor="").json() == api.get("contacts/1/timeline/").json()


def test_timeline_holds_what_merged_people_did_on_devices_of_their_own_alone(api: Api) -> None:
    for name, shared in [("phone", False), ("tablet", True)]:
        Identity.objects.create(contact_id=2, kind="anonymous_id", value=name, shared=shared)
        Event.objects.create(anonymous_id=name, name=f"{name} used", source="web", message_id=name)
    api.post("contacts/2/merge/", {"into": 1})

    names = [event["name"] for event in api.get("contacts/1/timeline/").json()["results"]]

    assert ("phone used" in names, "tablet used" in names) == (True, False)


def test_merge_and_its_undoing(api: Api) -> None:
    assert api.post("contacts/2/merge/", {"into": 1}).status_code == 200
    assert [contact["id"] for contact in api.get("contacts/").json()["results"]] == [4, 3, 1]
    assert api.post("contacts/2/merge/", {"into": 1}).status_code == 409
    assert api("DELETE", "contacts/2/merge/").status_code == 204
    assert api("DELETE", "contacts/2/merge/").status_code == 409
    assert len(api.get("contacts/").json()["results"]) == 4


def test_merged_contact_answers_with_all_that_the_person_is(api: Api) -> None:
    """1 answered a survey and has addresses; 2 survives."""
    merged = api.post("contacts/1/merge/", {"into": 2}).json()
    listed = next(contact for contact in api.get("contacts/").json()["results"] if contact["id"] == 2)

    assert merged["id"] == 2
    assert merged["scores"] == listed["scores"] == api.get("contacts/2/").json()["scores"] == {"nps": 9}
    assert merged["emails"] == listed["emails"] == api.get("contacts/2/").json()["emails"]
    assert "maria@casa.example" in merged["emails"]


@pytest.mark.parametrize("path", ["conversations/", "events/", "consents/", "tasks/", "notes/"])
def test_what_is_asked_of_one_record_is_answered_for_the_person(api: Api, path: str) -> None:
    api.post("contacts/3/merge/", {"into": 1})
    of_both = [row["id"] for row in api.get(path, limit=100).json()["results"] if row["contact"] in (1, 3)]
    assert of_both

    for asked in (1, 3):
        assert [row["id"] for row in api.get(path, contact=asked, limit=100).json()["results"]] == of_both


def test_changed_contact_answers_with_its_scores(api: Api) -> None:
    assert api("PATCH", "contacts/1/", {"first_name": "Ana"}).json()["scores"] == {"nps": 9}


def test_newest_score_of_the_person_counts_whichever_record_gave_it(api: Api, company: World) -> None:
    """4 answered with 8, and is merged into 1, who had answered with 9."""
    Response.objects.filter(invitation__contact=4).update(submitted_at=NOON.replace(year=2040))
    api.post("contacts/4/merge/", {"into": 1})

    assert api.get("contacts/1/").json()["scores"] == {"nps": 8}


def test_identity_is_added_once(api: Api) -> None:
    first = api.post("contacts/1/identities/", {"kind": "phone", "value": "+34 600 123 456"})
    second = api.post("contacts/1/identities/", {"kind": "phone", "value": "600123456"})

    assert (first.status_code, first.json()["value"], first.json()["verified"]) == (201, "+34600123456", False)
    assert second.json()["id"] == first.json()["id"]


def test_task_is_planned_done_and_reopened(api: Api) -> None:
    made = api.post("tasks/", {"title": "Call", "contact": 1, "due_on": "2027-01-01"}).json()

    assert api.post(f"tasks/{made['id']}/completion/").json()["done_at"] is not None
    assert made["id"] not in [task["id"] for task in api.get("tasks/", state="open").json()["results"]]
    assert api("DELETE", f"tasks/{made['id']}/completion/").json()["done_at"] is None


def test_task_of_a_session_without_owner_is_their_own(company: World) -> None:
    client = Client()
    client.force_login(company.users["agent"])

    client.post("/api/v1/tasks/", {"title": "Mine"}, content_type="application/json")

    assert Task.objects.get(title="Mine").owner == company.users["agent"]


def test_note_of_a_key_has_no_author_and_of_a_session_its_user(api: Api, company: World) -> None:
    client = Client()
    client.force_login(company.users["agent"])

    by_key = api.post("notes/", {"contact": 1, "body": "x"}).json()
    by_user = client.post("/api/v1/notes/", {"contact": 1, "body": "x"}, content_type="application/json").json()

    assert (by_key["author"], by_user["author"]) == (None, company.users["agent"].pk)


def test_consent_is_appended(api: Api) -> None:
    for state in ("granted", "withdrawn"):
        said = {"contact": 1, "channel": "email", "purpose": "marketing", "state": state, "source": "shop"}
        assert api.post("consents/", said).status_code == 201

    listed = [c for c in api.get("consents/", contact=1).json()["results"] if c["purpose"] == "marketing"]
    assert [c["state"] for c in listed] == ["withdrawn", "granted"]
    assert Consent.objects.filter(purpose="marketing").count() == 2


def test_companies_are_made_and_renamed(api: Api) -> None:
    made = api.post("companies/", {"name": "Lumen", "domain": "lumen.example"}).json()
    renamed = api("PATCH", f"companies/{made['id']}/", {"name": "Lumen SL"}).json()

    assert (renamed["name"], renamed["domain"]) == ("Lumen SL", "lumen.example")
    assert [c["name"] for c in api.get("companies/", search="lumen").json()["results"]] == ["Lumen SL"]


def test_events_are_filtered(api: Api, company: World) -> None:
    found = api.get("events/", contact=1, name="message.received").json()["results"]

    assert [(event["contact"], event["name"]) for event in found] == [(1, "message.received")]


@pytest.mark.parametrize("resource", ["contacts", "companies", "tasks", "notes", "events", "consents", "users"])
def test_list_needs_as_many_queries_for_three_rows_as_for_one(
    company: World, resource: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    api = Api(world.key("all"))
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(9) as queries:
            assert api.get(f"{resource}/").status_code == 200
        counts.append(len(queries))
        for _ in range(2):
            contact = factories.contact(company=factories.company())
            factories.task(contact=contact)
            api.post("notes/", {"contact": contact.pk, "body": "x"})

    assert counts[0] == counts[1]

"""The resources of crm as a program uses them: what is written, what is left alone, what is refused."""

import json
from typing import Any

import pytest
from django.test import Client

from crm.actions import merges
from crm.models import Contact, Event, Task
from crm.tests import factories

pytestmark = pytest.mark.django_db


class Api:
    """Somebody who calls /api/v1/: a key, or a signed-in colleague."""

    def __init__(self, *, role: str = "") -> None:
        self.client = Client()
        self.headers = {} if role else {"Authorization": f"Bearer {factories.key('all')[1]}"}
        if role:
            self.client.force_login(factories.user(role))

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        content = json.dumps(body) if body is not None else ""
        return self.client.generic(method, f"/api/v1/{path}", content, "application/json", headers=self.headers)

    def get(self, path: str) -> Any:
        return self("GET", path).json()

    def post(self, path: str, body: Any) -> Any:
        return self("POST", path, body)


@pytest.fixture
def api() -> Api:
    return Api()


def test_a_contact_needs_something_to_be_known_by(api: Api) -> None:
    answer = api.post("contacts/", {"language": "es", "emails": [], "first_name": ""})

    assert (answer.status_code, Contact.objects.count()) == (400, 0)
    assert "Give a name, an address or a number." in answer.content.decode()


def test_a_contact_told_with_one_address_twice_has_it_once(api: Api) -> None:
    answer = api.post("contacts/", {"emails": ["ana@x.example", "Ana@X.example"]})

    assert (answer.status_code, answer.json()["emails"]) == (201, ["ana@x.example"])
    assert Event.objects.get(name="contact.created").properties == {"source": "api"}


def test_a_change_leaves_alone_what_it_does_not_name_and_what_has_verbs_of_its_own(api: Api) -> None:
    ana = factories.contact(email="ana@x.example", first_name="Ana", traits={"plan": "gold"})

    said = {"last_name": "Ruiz", "emails": ["other@x.example"], "feeling": "glad", "id": 7, "created_at": None}
    answer = api("PATCH", f"contacts/{ana.pk}/", said).json()

    assert (answer["id"], answer["first_name"], answer["last_name"]) == (ana.pk, "Ana", "Ruiz")
    assert (answer["emails"], answer["feeling"], answer["traits"]) == (["ana@x.example"], "", {"plan": "gold"})


def test_a_contact_may_be_sent_back_as_it_was_read(api: Api) -> None:
    ana = factories.contact(email="ana@x.example", first_name="Ana", language="es")
    whole = api.get(f"contacts/{ana.pk}/")

    answer = api("PATCH", f"contacts/{ana.pk}/", whole | {"first_name": "Eva"})

    assert (answer.status_code, answer.json()["first_name"], answer.json()["emails"]) == (200, "Eva", ["ana@x.example"])


@pytest.mark.parametrize("path", ["contacts/", "companies/", "notes/", "tasks/"])
def test_names_that_there_are_not_are_refused_by_name(api: Api, path: str) -> None:
    given = {"first_name": "Ana", "name": "Acme", "title": "Call", "colour": "red", "constructor": 1}

    errors = api.post(path, given).json()["errors"]

    assert {"colour", "constructor"} <= errors.keys()
    assert errors["colour"] == ["There is no such field."]


def test_a_misspelt_change_is_refused_and_changes_nothing(api: Api) -> None:
    ana = factories.contact(first_name="Ana")

    answer = api("PATCH", f"contacts/{ana.pk}/", {"firstName": "Eva", "last_name": "Ruiz"})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["firstName"])
    assert Contact.objects.values_list("first_name", "last_name").get() == ("Ana", "")


def test_what_can_only_be_read_is_not_said_of_something_new(api: Api) -> None:
    answer = api.post("contacts/", {"first_name": "Ana", "created_at": "2020-01-01", "scores": {}, "id": None})

    assert (answer.status_code, Contact.objects.count()) == (400, 0)
    assert answer.json()["errors"] == {"created_at": ["This can only be read here."]}
    assert api.post("contacts/", {"first_name": "Ana", "scores": {}}).status_code == 201


def test_an_owner_is_taken_away_with_null_and_who_has_left_is_none(api: Api) -> None:
    ana = factories.contact(owner=factories.user())
    gone = factories.user(is_active=False)

    refused = api("PATCH", f"contacts/{ana.pk}/", {"owner": gone.pk})
    freed = api("PATCH", f"contacts/{ana.pk}/", {"owner": None})

    assert (refused.status_code, freed.status_code, freed.json()["owner"]) == (400, 200, None)
    assert gone.pk not in [user["id"] for user in api.get("users/")["results"]]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"kind": "external_id", "value": " 4711 ", "scope": "shop"}, 201),
        ({"kind": "email", "value": "taken@x.example"}, 409),
        ({"kind": "email", "value": "nobody"}, 400),
        ({"kind": "external_id", "value": "null"}, 400),
        ({"kind": "anonymous_id", "value": "v-1"}, 400),
        ({"kind": "email"}, 400),
    ],
)
def test_another_identity_is_added_or_refused(api: Api, said: dict[str, str], status: int) -> None:
    ana = factories.contact(email="ana@x.example")
    factories.contact(email="taken@x.example")

    assert api.post(f"contacts/{ana.pk}/identities/", said).status_code == status
    assert ana.identities.count() == (2 if status == 201 else 1)


def test_an_identity_added_again_as_it_stands_there_is_the_same_one(api: Api) -> None:
    ana = factories.contact(email="ana@x.example")
    said = {"kind": "phone", "value": "+34600123456"}

    answers = [api.post(f"contacts/{ana.pk}/identities/", said) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def test_whose_a_taken_address_is_is_said(api: Api) -> None:
    ana, ben = factories.contact(email="ana@x.example"), factories.contact()

    answer = api.post(f"contacts/{ben.pk}/identities/", {"kind": "email", "value": "ana@x.example"}).json()

    assert (answer["detail"], answer["errors"]) == ("This email belongs to another contact.", {"contact": ana.pk})


def test_merging_is_for_managers_and_into_somebody_who_exists(api: Api) -> None:
    ana, ben = factories.contact(), factories.contact()
    into_ben, into_nobody = {"into": ben.pk}, {"into": 999_999}

    by_agent = Api(role="agent").post(f"contacts/{ana.pk}/merge/", into_ben).status_code
    statuses = [api.post(f"contacts/{ana.pk}/merge/", said).status_code for said in (into_nobody, {"into": 0}, {})]
    by_manager = Api(role="manager").post(f"contacts/{ana.pk}/merge/", into_ben)

    assert (by_agent, statuses) == (403, [404, 400, 400])
    assert (by_manager.status_code, by_manager.json()["id"]) == (200, ben.pk)


def test_merging_into_somebody_merged_answers_with_who_survives(api: Api) -> None:
    ana, ben, eva = (factories.contact() for _ in range(3))
    merges.merge(ben, into=eva, rule="by hand", evidence={}, by=None)

    assert api.post(f"contacts/{ana.pk}/merge/", {"into": ben.pk}).json()["id"] == eva.pk


def test_a_task_is_nobodys_where_null_says_so_and_the_callers_where_nothing_does() -> None:
    agent = Api(role="agent")

    owners = [agent.post("tasks/", {"title": "Call", **said}).json()["owner"] for said in ({}, {"owner": None})]

    assert owners == [Task.objects.order_by("pk")[0].owner_id, None]
    assert owners[0] is not None


def test_done_and_open_tasks_are_told_apart(api: Api) -> None:
    done, still_open = factories.task(title="done"), factories.task(title="open")
    for _ in range(2):
        assert api.post(f"tasks/{done.pk}/completion/", {}).status_code == 200

    listed = {
        state: [task["id"] for task in api.get(f"tasks/?state={state}")["results"]] for state in ("open", "done", "")
    }

    assert listed == {"open": [still_open.pk], "done": [done.pk], "": [still_open.pk, done.pk]}
    assert Event.objects.filter(name="task.done").count() == 1


@pytest.mark.parametrize("path", ["events/", "users/"])
def test_what_only_hilo_writes_is_read_only(api: Api, path: str) -> None:
    assert api.post(path, {"name": "x"}).status_code == 405


def test_a_seller_writes_about_their_own_customers_alone() -> None:
    hidden, free = factories.contact(owner=factories.user("sales")), factories.contact()
    seller = Api(role="sales")

    for path, said in (
        ("notes/", {"body": "x"}),
        ("tasks/", {"title": "x"}),
        ("consents/", {"channel": "email", "purpose": "news", "state": "granted", "source": "x"}),
    ):
        statuses = [seller.post(path, {"contact": contact.pk, **said}).status_code for contact in (hidden, free)]
        assert statuses == [400, 201], path


def test_a_seller_reads_the_events_of_their_own_customers_alone() -> None:
    hidden, free = factories.contact(owner=factories.user("sales")), factories.contact()
    Event.objects.create(anonymous_id="v-1", name="page.viewed", source="web", message_id="m")
    seller = Api(role="sales")

    found = {event["contact"] for event in seller.get("events/")["results"]}

    assert (found, None in {event["contact"] for event in Api().get("events/")["results"]}) == ({free.pk}, True)
    assert seller("GET", f"events/{Event.objects.filter(contact=hidden)[0].pk}/").status_code == 404


def test_words_of_nothing_but_room_search_for_nothing(api: Api) -> None:
    factories.contact(first_name="Ana")
    factories.company("Acme")

    assert [len(api.get(f"{path}?search=%20%20")["results"]) for path in ("contacts/", "companies/")] == [1, 1]


def test_a_company_keeps_what_a_change_does_not_name(api: Api) -> None:
    acme = factories.company("Acme", domain="acme.example", traits={"plan": "gold"})

    renamed = api("PATCH", f"companies/{acme.pk}/", {"name": "Acme SL"}).json()
    refused = api("PATCH", f"companies/{acme.pk}/", {"name": "  "})

    assert (renamed["name"], renamed["domain"], renamed["traits"]) == ("Acme SL", "acme.example", {"plan": "gold"})
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("field", "wrong", "why"),
    [
        ("language", "klingon", "This must be a language tag such as es or pt-BR."),
        ("language", "es_MX", "This must be a language tag such as es or pt-BR."),
        ("timezone", "/etc/passwd", "This must be the name of a time zone such as Europe/Madrid."),
        ("timezone", "europe", "This must be the name of a time zone such as Europe/Madrid."),
    ],
)
def test_languages_and_time_zones_that_cannot_be_are_refused_with_what_would_be(
    api: Api, field: str, wrong: str, why: str
) -> None:
    contact = factories.contact(language="es", timezone="Europe/Madrid")

    answers = [
        api("PATCH", f"contacts/{contact.pk}/", {field: wrong}),
        api.post("contacts/", {"first_name": "Ana", field: wrong}),
    ]

    assert [(answer.status_code, answer.json()["errors"]) for answer in answers] == [(400, {field: [why]})] * 2
    assert Contact.objects.values_list("language", "timezone").get() == ("es", "Europe/Madrid")
    assert api("PATCH", f"contacts/{contact.pk}/", {"language": "pt-BR", "timezone": ""}).status_code == 200
